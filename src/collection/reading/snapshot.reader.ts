import type { Ledger } from '../ledger';
import type { MetricsStore } from '../metrics-store';
import { TokenTotals, type TokenUsage } from '../models/token-usage';
import type { DurationHistogram } from '../series/duration-histogram';
import {
  type AgentSeries,
  type CallScope,
  type ExecutionSeries,
  CacheSeries,
  ModelSeries,
  SeriesRows,
  ToolSeries,
} from '../series/execution-series';
import type {
  AgentMetrics,
  CacheMetrics,
  ExecutionMetrics,
  ModelMetrics,
  SystemMetrics,
  ToolMetrics,
} from './metrics-snapshot';

const NS_PER_MS = 1e6;

/** A quotient that is 0 where there is nothing to divide by. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

const BYTES_PER_MIB = 2 ** 20;

function toMebibytes(bytes: number): number {
  return Math.round((bytes / BYTES_PER_MIB) * 100) / 100;
}

function readDurations({ observations, totalNs, minNs, maxNs }: DurationHistogram) {
  return {
    totalDurationMs: totalNs / NS_PER_MS,
    averageDurationMs: ratio(totalNs, observations) / NS_PER_MS,
    minDurationMs: minNs / NS_PER_MS,
    maxDurationMs: maxNs / NS_PER_MS,
  };
}

function readExecutions(series: ExecutionSeries): ExecutionMetrics {
  const [success = 0, error = 0, timeout = 0, cancelled = 0] = series.statusCounts;
  return {
    executionCount: series.count,
    successCount: success,
    errorCount: error,
    timeoutCount: timeout,
    cancelledCount: cancelled,
    inProgress: series.inProgress,
    retryCount: series.retries,
    ...readDurations(series),
  };
}

export function readTool(series: ToolSeries): ToolMetrics {
  const { inputBytes, outputBytes } = series;
  return Object.freeze({ toolName: series.toolName, ...readExecutions(series), inputBytes, outputBytes });
}

export function readAgent(series: AgentSeries): AgentMetrics {
  const { agentId, agentName, calls } = series;
  const toolMetrics = byName(calls.tools, readTool);
  return Object.freeze({ agentId, agentName, ...readExecutions(series), tokenUsage: readTokens([calls]), toolMetrics });
}

export function readModel(series: ModelSeries): ModelMetrics {
  const { model, provider, tokens } = series;
  return Object.freeze({ model, provider, ...readExecutions(series), tokenUsage: tokens.read(series.count) });
}

export function readTokens(scopes: Iterable<CallScope>): TokenUsage {
  const total = new TokenTotals();
  let calls = 0;
  for (const { models } of scopes) {
    for (const series of [...models.values()].flat()) {
      total.merge(series.tokens);
      calls += series.count;
    }
  }
  return total.read(calls);
}

/** Tools over all agents and outside any, in the order of their first use. */
export function mergeTools({ series }: Ledger, toolName?: string): Map<string, ToolSeries> {
  const merged = new Map<string, ToolSeries>();
  const rows = new SeriesRows(series.buckets.tool);
  for (const { tools } of series.scopes()) {
    for (const tool of toolName === undefined ? tools.values() : [tools.get(toolName)]) {
      if (tool === undefined) continue;
      const total = merged.get(tool.toolName) ?? new ToolSeries('', tool.toolName, rows);
      merged.set(tool.toolName, total);
      total.merge(tool);
    }
  }
  return merged;
}

/** Model series added up over the names that `by` leaves out, in the order of their first use. */
export function mergeModels(parts: Iterable<ModelSeries>, by: readonly ModelName[]): ModelSeries[] {
  const merged = new Map<string, ModelSeries>();
  let rows: SeriesRows | undefined;
  for (const part of parts) {
    const labels = by.map((name) => part[name]);
    const key = JSON.stringify(labels);
    const { agentId, model, provider } = part;
    rows ??= new SeriesRows(part.bounds);
    const total = merged.get(key) ?? new ModelSeries(agentId, model, provider, rows, labels);
    merged.set(key, total);
    total.merge(part);
  }
  return [...merged.values()];
}

/** The names of a model series. */
export type ModelName = 'agentId' | 'model' | 'provider';

export function readCache({ hits, misses }: Pick<CacheSeries, 'hits' | 'misses'>): CacheMetrics {
  return Object.freeze({ hits, misses, hitRate: ratio(hits, hits + misses) });
}

function readAllCaches(ledger: Ledger): CacheMetrics {
  const total = new CacheSeries([]);
  for (const cache of [ledger.series.unnamedCache, ...ledger.series.caches.values()]) {
    total.hits += cache.hits;
    total.misses += cache.misses;
  }
  return readCache(total);
}

export function readSystem({ ledger, memory, clock }: MetricsStore): SystemMetrics {
  const [success = 0, error = 0, timeout = 0, cancelled = 0] = ledger.requests.statusCounts;
  const { totalDurationMs, averageDurationMs } = readDurations(ledger.requests);
  const { bytes, maxBytes } = memory.read();
  const cache = readAllCaches(ledger);
  return Object.freeze({
    startTime: new Date(ledger.startTime),
    lastUpdated: Number.isNaN(ledger.lastUpdated) ? null : new Date(ledger.lastUpdated),
    uptimeSeconds: Math.max(0, clock.now() - ledger.startedAt) / 1_000,
    totalRequests: success + error + timeout + cancelled,
    successfulRequests: success,
    failedRequests: error + timeout,
    cancelledRequests: cancelled,
    requestsInProgress: ledger.requests.inProgress,
    totalExecutionTimeMs: totalDurationMs,
    averageRequestTimeMs: averageDurationMs,
    memoryUsageMb: toMebibytes(bytes),
    memoryUsageBytes: bytes,
    maxMemoryUsageMb: toMebibytes(maxBytes),
    maxMemoryUsageBytes: maxBytes,
    cacheHits: cache.hits,
    cacheMisses: cache.misses,
    cacheHitRate: cache.hitRate,
    tokenUsage: readTokens(ledger.series.scopes()),
  });
}

/** A frozen object by name. Without a prototype, so that `__proto__` is a name like any other. */
export function byName<Value, Read>(values: Iterable<readonly [string, Value]>, read: (value: Value) => Read) {
  const result = Object.create(null) as Record<string, Read>;
  for (const [name, value] of values) result[name] = read(value);
  return Object.freeze(result);
}
