import type { Ledger } from '../ledger';
import type { MetricsStore } from '../metrics-store';
import type { BucketBounds } from '../series/histogram';
import { ModelSeries, SeriesRows, ToolSeries } from '../series/execution-series';
import { readFields } from './fields';
import type { CacheMetrics, SystemMetrics } from './metrics-snapshot';
import { CACHE_FIELDS } from './series-fields';
import { sumTokens, TOKEN_USAGE_FIELDS } from './token-fields';

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
  private rows: SeriesRows | undefined;

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

function readAllCaches(ledger: Ledger): CacheMetrics {
  const total = { hits: 0, misses: 0 };
  for (const cache of [ledger.series.unnamedCache, ...ledger.series.caches.values()]) {
    total.hits += cache.hits;
    total.misses += cache.misses;
  }
  return readFields(CACHE_FIELDS, total);
}

export function readSystem({ ledger, memory, clock }: MetricsStore): SystemMetrics {
  const { requests } = ledger;
  const { bytes, maxBytes } = memory.read();
  const cache = readAllCaches(ledger);
  const system: SystemMetrics = {
    startTime: new Date(ledger.startTime),
    lastUpdated: Number.isNaN(ledger.lastUpdated) ? null : new Date(ledger.lastUpdated),
    uptimeSeconds: Math.max(0, clock.now() - ledger.startedAt) / 1_000,
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
    tokenUsage: readFields(TOKEN_USAGE_FIELDS, sumTokens(ledger.series.scopes())),
  };
  return Object.freeze(system);
}
