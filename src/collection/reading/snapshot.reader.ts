import type { Ledger } from '../ledger';
import type { MemoryReading } from '../memory-sampler';
import type { MetricsStore } from '../metrics-store';
import type { TokenUsage } from '../models/token-usage';
import type { BucketBounds } from '../series/histogram';
import type { CacheSeries } from '../series/cache-series';
import type { ExecutionSeries } from '../series/execution-series';
import { ModelSeries } from '../series/model-series';
import { SeriesRows } from '../series/series-rows';
import { ToolSeries } from '../series/tool-series';
import { readFields } from './fields';
import type { CacheMetrics, SystemMetrics } from './metrics-snapshot';
import { CACHE_FIELDS } from './series-fields';
import { sumTokens, TOKEN_USAGE_FIELDS } from './token-fields';

/** Look-ups in one cache. */
export type CacheLookups = Pick<CacheSeries, 'hits' | 'misses'>;

const NS_PER_MS = 1e6;
const BYTES_PER_MIB = 2 ** 20;

function toMebibytes(bytes: number): number {
  return Math.round((bytes / BYTES_PER_MIB) * 100) / 100;
}

/** Tools over all agents and outside any, in the order of their first use. */
export function mergeTools({ series }: Ledger, toolName?: string): Map<string, ToolSeries> {
  const merged = new MergedTools(series.buckets.tool);
  for (const { tools } of series.scopes()) {
    for (const tool of toolName === undefined ? tools.values() : [tools.get(toolName)]) {
      if (tool !== undefined) merged.add(tool);
    }
  }
  return merged.byName;
}

/** Tools added up over agents. */
export class MergedTools {
  readonly byName = new Map<string, ToolSeries>();
  private readonly rows: SeriesRows;

  constructor(bounds: BucketBounds) {
    this.rows = new SeriesRows(bounds);
  }

  add(tool: ToolSeries): void {
    const { toolName } = tool;
    const total = this.byName.get(toolName) ?? new ToolSeries('', toolName, this.rows);
    this.byName.set(toolName, total);
    total.merge(tool);
  }
}

/** Model series added up over the names that `by` leaves out, in the order of their first use. */
export function mergeModels(parts: Iterable<ModelSeries>, by: readonly ModelName[]): ModelSeries[] {
  const merged = new MergedModels(by);
  for (const part of parts) merged.add(part);
  return merged.all;
}

/** Model series added up over the names that `by` leaves out. */
export class MergedModels {
  private readonly merged = new Map<string, ModelSeries>();
  private rows: SeriesRows | undefined = undefined;

  constructor(private readonly by: readonly ModelName[]) {}

  /** In the order of their first use. */
  get all(): ModelSeries[] {
    return [...this.merged.values()];
  }

  add(part: ModelSeries): void {
    const labels = this.by.map((name) => part[name]);
    const key = labels.length === 1 ? labels[0]! : JSON.stringify(labels);
    const { agentId, model, provider } = part;
    this.rows ??= new SeriesRows(part.bounds);
    const total = this.merged.get(key) ?? new ModelSeries(agentId, model, provider, this.rows, labels);
    this.merged.set(key, total);
    total.merge(part);
  }
}

/** The names of a model series. */
export type ModelName = 'agentId' | 'model' | 'provider';

/** What the system's figures are made of. */
export interface SystemReading {
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** Milliseconds since 1970; NaN before the first record. */
  readonly lastUpdated: number;
  readonly uptimeSeconds: number;
  readonly requests: ExecutionSeries;
  readonly memory: MemoryReading;
  /** Over all caches. */
  readonly cache: CacheMetrics;
  readonly tokenUsage: TokenUsage;
}

export function readSystem(store: MetricsStore): SystemMetrics {
  return describeSystem(beginSystem(store));
}

/** At this moment, apart from the requests, which go on being counted. */
export function beginSystem({ ledger, memory, clock }: MetricsStore): SystemReading {
  return {
    startTime: ledger.startTime,
    lastUpdated: ledger.lastUpdated,
    uptimeSeconds: Math.max(0, clock.now() - ledger.startedAt) / 1_000,
    requests: ledger.requests,
    memory: memory.read(),
    cache: sumCaches([ledger.series.unnamedCache, ...ledger.series.caches.values()]),
    tokenUsage: readFields(TOKEN_USAGE_FIELDS, sumTokens(ledger.series.scopes())),
  };
}

export function sumCaches(caches: Iterable<CacheLookups>): CacheMetrics {
  const total = { hits: 0, misses: 0 };
  for (const cache of caches) {
    total.hits += cache.hits;
    total.misses += cache.misses;
  }
  return readFields(CACHE_FIELDS, total);
}

export function describeSystem(reading: SystemReading): SystemMetrics {
  const { startTime, lastUpdated, uptimeSeconds, requests, memory, cache, tokenUsage } = reading;
  const { bytes, maxBytes } = memory;
  const system: SystemMetrics = {
    startTime: new Date(startTime),
    lastUpdated: Number.isNaN(lastUpdated) ? null : new Date(lastUpdated),
    uptimeSeconds,
    totalRequests: requests.count,
    successfulRequests: requests.countOf('success'),
    failedRequests: requests.countOf('error') + requests.countOf('timeout'),
    cancelledRequests: requests.countOf('cancelled'),
    requestsInProgress: requests.inProgress,
    totalExecutionTimeMs: requests.totalNs / NS_PER_MS,
    averageRequestTimeMs: requests.averageNs / NS_PER_MS,
    memoryUsageMb: toMebibytes(bytes),
    memoryUsageBytes: bytes,
    maxMemoryUsageMb: toMebibytes(maxBytes),
    maxMemoryUsageBytes: maxBytes,
    cacheHits: cache.hits,
    cacheMisses: cache.misses,
    cacheHitRate: cache.hitRate,
    tokenUsage,
  };
  return Object.freeze(system);
}
