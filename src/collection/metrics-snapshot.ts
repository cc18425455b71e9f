import type { DurationHistogram } from './duration-histogram';
import type { AgentSeries, ExecutionSeries } from './execution-series';
import { CacheSeries, ToolSeries } from './execution-series';
import type { Ledger } from './ledger';
import type { MetricsStore } from './metrics-store';

/** Counts and durations that agents and tools have in common. */
export interface ExecutionMetrics {
  readonly executionCount: number;
  readonly successCount: number;
  readonly errorCount: number;
  readonly timeoutCount: number;
  readonly cancelledCount: number;
  readonly inProgress: number;
  readonly retryCount: number;
  readonly totalDurationMs: number;
  /** Total divided by count; 0 before the first execution, like the extremes. */
  readonly averageDurationMs: number;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
}

/** One tool, under one agent or over all. */
export interface ToolMetrics extends ExecutionMetrics {
  readonly toolName: string;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** One agent and the tools that it called. */
export interface AgentMetrics extends ExecutionMetrics {
  readonly agentId: string;
  readonly agentName: string;
  readonly toolMetrics: ReadonlyMap<string, ToolMetrics>;
}

/** One named cache of the application. */
export interface CacheMetrics {
  readonly hits: number;
  readonly misses: number;
  /** Hits divided by look-ups, 0 to 1; 0 before the first look-up. */
  readonly hitRate: number;
}

/** The application as a whole. */
export interface SystemMetrics {
  /** When counting began: at the start of the application or at the last reset. */
  readonly startTime: Date;
  /** The last record of any kind but a memory sample; null before the first. */
  readonly lastUpdated: Date | null;
  readonly uptimeSeconds: number;
  /** Outermost agent executions: successful + failed + cancelled. */
  readonly totalRequests: number;
  readonly successfulRequests: number;
  /** Ended with an error or a timeout. */
  readonly failedRequests: number;
  readonly cancelledRequests: number;
  readonly requestsInProgress: number;
  readonly totalExecutionTimeMs: number;
  readonly averageRequestTimeMs: number;
  readonly memoryUsageBytes: number;
  readonly maxMemoryUsageBytes: number;
  /** Over all caches, named or not. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly cacheHitRate: number;
}

const NS_PER_MS = 1e6;

/** A quotient that is 0 where there is nothing to divide by. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function readDurations({ count, totalNs, minNs, maxNs }: DurationHistogram) {
  return {
    totalDurationMs: totalNs / NS_PER_MS,
    averageDurationMs: ratio(totalNs, count) / NS_PER_MS,
    minDurationMs: minNs / NS_PER_MS,
    maxDurationMs: maxNs / NS_PER_MS,
  };
}

function readExecutions(series: ExecutionSeries): ExecutionMetrics {
  const [success = 0, error = 0, timeout = 0, cancelled = 0] = series.statusCounts;
  return {
    executionCount: series.durations.count,
    successCount: success,
    errorCount: error,
    timeoutCount: timeout,
    cancelledCount: cancelled,
    inProgress: series.inProgress,
    retryCount: series.retries,
    ...readDurations(series.durations),
  };
}

export function readTool(series: ToolSeries): ToolMetrics {
  const { inputBytes, outputBytes } = series;
  return Object.freeze({ toolName: series.toolName, ...readExecutions(series), inputBytes, outputBytes });
}

export function readAgent(series: AgentSeries): AgentMetrics {
  const tools = new Map([...series.tools].map(([name, tool]) => [name, readTool(tool)]));
  const { agentId, agentName } = series;
  return Object.freeze({ agentId, agentName, ...readExecutions(series), toolMetrics: tools });
}

/** Tools over all agents and outside any, in the order of their first use. */
export function mergeTools(ledger: Ledger, toolName?: string): Map<string, ToolSeries> {
  const merged = new Map<string, ToolSeries>();
  for (const tools of [...[...ledger.agents.values()].map((agent) => agent.tools), ledger.toolsOutsideAgents]) {
    for (const series of toolName === undefined ? tools.values() : [tools.get(toolName)]) {
      if (series === undefined) continue;
      let total = merged.get(series.toolName);
      if (total === undefined) {
        total = new ToolSeries('', series.toolName, series.durations.bounds);
        merged.set(series.toolName, total);
      }
      total.merge(series);
    }
  }
  return merged;
}

export function readCache({ hits, misses }: Pick<CacheSeries, 'hits' | 'misses'>): CacheMetrics {
  return Object.freeze({ hits, misses, hitRate: ratio(hits, hits + misses) });
}

function readAllCaches(ledger: Ledger): CacheMetrics {
  const total = new CacheSeries([]);
  for (const cache of [ledger.unnamedCache, ...ledger.caches.values()]) {
    total.hits += cache.hits;
    total.misses += cache.misses;
  }
  return readCache(total);
}

export function readSystem({ ledger, memory, clock }: MetricsStore): SystemMetrics {
  const [success = 0, error = 0, timeout = 0, cancelled = 0] = ledger.requests.statusCounts;
  const { totalDurationMs, averageDurationMs } = readDurations(ledger.requests.durations);
  const { bytes, maxBytes } = memory.read();
  const cache = readAllCaches(ledger);
  return Object.freeze({
    startTime: new Date(ledger.startTime),
    lastUpdated: ledger.lastUpdated === undefined ? null : new Date(ledger.lastUpdated),
    uptimeSeconds: Math.max(0, clock.wallTime() - ledger.startTime) / 1_000,
    totalRequests: success + error + timeout + cancelled,
    successfulRequests: success,
    failedRequests: error + timeout,
    cancelledRequests: cancelled,
    requestsInProgress: ledger.requests.inProgress,
    totalExecutionTimeMs: totalDurationMs,
    averageRequestTimeMs: averageDurationMs,
    memoryUsageBytes: bytes,
    maxMemoryUsageBytes: maxBytes,
    cacheHits: cache.hits,
    cacheMisses: cache.misses,
    cacheHitRate: cache.hitRate,
  });
}
