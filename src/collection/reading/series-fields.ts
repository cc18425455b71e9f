import type { BreakdownSeries } from '../series/breakdown-table';
import type { AgentSeries } from '../series/agent-series';
import type { CacheSeries } from '../series/cache-series';
import type { ExecutionSeries } from '../series/execution-series';
import type { ModelSeries } from '../series/model-series';
import type { ToolSeries } from '../series/tool-series';
import { duration, map, number, object, text, type Fields } from './fields';
import type {
  AgentMetrics,
  BreakdownMetrics,
  CacheMetrics,
  ExecutionMetrics,
  ModelMetrics,
  ToolMetrics,
} from './metrics-snapshot';
import { sumTokens, TOKEN_USAGE_FIELDS } from './token-fields';

const COUNTS = {
  executionCount: number((series) => series.count),
  successCount: number((series) => series.countOf('success')),
  errorCount: number((series) => series.countOf('error')),
  timeoutCount: number((series) => series.countOf('timeout')),
  cancelledCount: number((series) => series.countOf('cancelled')),
  inProgress: number((series) => series.inProgress),
  retryCount: number((series) => series.retries),
} satisfies Partial<Fields<ExecutionSeries, ExecutionMetrics>>;

const NO_ERRORS: ReadonlyMap<string, number> = new Map();

const DURATIONS = {
  totalDurationMs: duration((series) => series.totalNs),
  averageDurationMs: duration((series) => series.averageNs),
  minDurationMs: duration((series) => series.minNs),
  maxDurationMs: duration((series) => series.maxNs),
} satisfies Partial<Fields<ExecutionSeries, ExecutionMetrics>>;

export const TOOL_FIELDS: Fields<ToolSeries, ToolMetrics> = {
  toolName: text((series) => series.toolName),
  ...COUNTS,
  inputBytes: number((series) => series.inputBytes),
  outputBytes: number((series) => series.outputBytes),
  ...DURATIONS,
};

export const AGENT_FIELDS: Fields<AgentSeries, AgentMetrics> = {
  agentId: text((series) => series.agentId),
  agentName: text((series) => series.agentName),
  ...COUNTS,
  ...DURATIONS,
  tokenUsage: object(TOKEN_USAGE_FIELDS, ({ calls }) => sumTokens([calls])),
  toolMetrics: map(({ calls }) => calls.tools, object(TOOL_FIELDS)),
};

export const MODEL_FIELDS: Fields<ModelSeries, ModelMetrics> = {
  model: text((series) => series.model),
  provider: text((series) => series.provider),
  ...COUNTS,
  errors: map(
    ({ errors }: ModelSeries) => errors?.typeCounts() ?? NO_ERRORS,
    number((count: number) => count),
  ),
  callsWithoutUsage: number(({ tokens }) => tokens.callsWithoutUsage),
  ...DURATIONS,
  tokenUsage: object(TOKEN_USAGE_FIELDS),
};

export const CACHE_FIELDS: Fields<Pick<CacheSeries, 'hits' | 'misses'>, CacheMetrics> = {
  hits: number(({ hits }) => hits),
  misses: number(({ misses }) => misses),
  hitRate: number(({ hits, misses }) => (hits + misses === 0 ? 0 : hits / (hits + misses))),
};

export const BREAKDOWN_FIELDS: Fields<BreakdownSeries, BreakdownMetrics> = {
  totalRequests: number((series) => series.count),
  successfulRequests: number((series) => series.countOf('success')),
  failedRequests: number((series) => series.countOf('error') + series.countOf('timeout')),
  cancelledRequests: number((series) => series.countOf('cancelled')),
  tokenUsage: object(TOKEN_USAGE_FIELDS, ({ modelCalls, tokens }) => ({ count: modelCalls, tokens })),
};
