import { hostname } from 'node:os';
import type { MetricsStore } from '../../collection/metrics-store';
import type { TokenUsage } from '../../collection/models/token-usage';
import type { CacheMetrics, SystemMetrics } from '../../collection/reading/metrics-snapshot';
import { mergeModels, mergeTools, readCache, readSystem, readTokens } from '../../collection/reading/snapshot.reader';
import type {
  AgentSeries,
  CacheSeries,
  ExecutionSeries,
  ModelSeries,
  ToolSeries,
} from '../../collection/series/execution-series';
import { VERSION } from '../../version';
import type { TextBuffer } from '../text/text-buffer';
import { formatGoDuration, toSeconds } from './go-duration';
import { duration, mapOf, number, objectOf, text, time, type Member } from './json-object';

const tokenUsage = objectOf<TokenUsage>([
  ['calls', number((usage) => usage.calls)],
  ['input_tokens', number((usage) => usage.inputTokens)],
  ['cached_input_tokens', number((usage) => usage.cachedInputTokens)],
  ['cache_write_tokens', number((usage) => usage.cacheWriteTokens)],
  ['output_tokens', number((usage) => usage.outputTokens)],
  ['reasoning_tokens', number((usage) => usage.reasoningTokens)],
  ['total_tokens', number((usage) => usage.totalTokens)],
  ['cost_usd', number((usage) => usage.costUsd)],
  ['unpriced_calls', number((usage) => usage.unpricedCalls)],
]);

const COUNTS: readonly Member<ExecutionSeries>[] = [
  ['execution_count', number((series) => series.count)],
  ['success_count', number((series) => series.countOf('success'))],
  ['error_count', number((series) => series.countOf('error'))],
  ['timeout_count', number((series) => series.countOf('timeout'))],
  ['cancelled_count', number((series) => series.countOf('cancelled'))],
  ['in_progress', number((series) => series.inProgress)],
  ['retry_count', number((series) => series.retries)],
];

const DURATIONS: readonly Member<ExecutionSeries>[] = [
  ...duration<ExecutionSeries>('total_duration', (series) => series.totalNs),
  ...duration<ExecutionSeries>('average_duration', (series) => series.averageNs),
  ...duration<ExecutionSeries>('min_duration', (series) => series.minNs),
  ...duration<ExecutionSeries>('max_duration', (series) => series.maxNs),
];

const tool = objectOf<ToolSeries>([
  ['tool_name', text((series) => series.toolName)],
  ...COUNTS,
  ['input_bytes', number((series) => series.inputBytes)],
  ['output_bytes', number((series) => series.outputBytes)],
  ...DURATIONS,
]);

const toolsByName = mapOf(tool);

const agent = objectOf<AgentSeries>([
  ['agent_id', text((series) => series.agentId)],
  ['agent_name', text((series) => series.agentName)],
  ...COUNTS,
  ...DURATIONS,
  ['token_usage', (out, series) => tokenUsage(out, readTokens([series.calls]))],
  ['tool_metrics', (out, series) => toolsByName(out, series.calls.tools)],
]);

const model = objectOf<ModelSeries>([
  ['model', text((series) => series.model)],
  ['provider', text((series) => series.provider)],
  ...COUNTS,
  ...DURATIONS,
  ['token_usage', (out, series) => tokenUsage(out, series.tokens.read(series.count))],
]);

const cacheMetrics = objectOf<CacheMetrics>([
  ['hits', number((cache) => cache.hits)],
  ['misses', number((cache) => cache.misses)],
  ['hit_rate', number((cache) => cache.hitRate)],
]);

const system = objectOf<SystemMetrics>([
  ['start_time', time((metrics) => metrics.startTime)],
  ['last_updated', time((metrics) => metrics.lastUpdated)],
  ['uptime_seconds', number((metrics) => metrics.uptimeSeconds)],
  ['total_requests', number((metrics) => metrics.totalRequests)],
  ['successful_requests', number((metrics) => metrics.successfulRequests)],
  ['failed_requests', number((metrics) => metrics.failedRequests)],
  ['cancelled_requests', number((metrics) => metrics.cancelledRequests)],
  ['requests_in_progress', number((metrics) => metrics.requestsInProgress)],
  ['total_execution_time', text((metrics) => formatGoDuration(metrics.totalExecutionTimeMs))],
  ['total_execution_time_seconds', number((metrics) => toSeconds(metrics.totalExecutionTimeMs))],
  ['average_request_time', text((metrics) => formatGoDuration(metrics.averageRequestTimeMs))],
  ['average_request_time_seconds', number((metrics) => toSeconds(metrics.averageRequestTimeMs))],
  ['memory_usage_mb', number((metrics) => metrics.memoryUsageMb)],
  ['memory_usage_bytes', number((metrics) => metrics.memoryUsageBytes)],
  ['max_memory_usage_mb', number((metrics) => metrics.maxMemoryUsageMb)],
  ['max_memory_usage_bytes', number((metrics) => metrics.maxMemoryUsageBytes)],
  ['cache_hits', number((metrics) => metrics.cacheHits)],
  ['cache_misses', number((metrics) => metrics.cacheMisses)],
  ['cache_hit_rate', number((metrics) => metrics.cacheHitRate)],
  ['token_usage', (out, metrics) => tokenUsage(out, metrics.tokenUsage)],
]);

const metricsDocument = objectOf<MetricsStore>([
  ['schema_version', number(() => 1)],
  [
    'instance',
    (out, { instanceId: id }) =>
      out.write(JSON.stringify({ id, hostname: hostname(), pid: process.pid, version: VERSION })),
  ],
  ['system_metrics', (out, store) => system(out, readSystem(store))],
  ['agent_metrics', (out, { ledger }) => mapOf(agent)(out, ledger.series.agents)],
  ['tool_metrics', (out, { ledger }) => toolsByName(out, mergeTools(ledger))],
  [
    'model_metrics',
    (out, { ledger }) =>
      mapOf(model)(
        out,
        new Map(mergeModels(ledger.series.allModels(), ['model']).map((series) => [series.model, series])),
      ),
  ],
  [
    'cache_metrics',
    (out, { ledger }) =>
      mapOf<CacheSeries>((_, series) => cacheMetrics(out, readCache(series)))(out, ledger.series.caches),
  ],
]);

/** The JSON document: everything but the history, at one moment. */
export function writeJson(store: MetricsStore, out: TextBuffer): void {
  metricsDocument(out, store);
}
