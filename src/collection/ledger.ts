import { ExecutionHistory } from './executions/execution-history';
import { NOTHING_MEASURED } from './executions/execution-measures';
import { isFailure } from './executions/execution-status';
import type { FinishedExecution } from './executions/finished-execution';
import type { DeclaredNames } from './series/declared-names';
import type { BucketBounds } from './series/duration-histogram';
import {
  ExecutionSeries,
  SeriesRows,
  type AgentSeries,
  type ModelSeries,
  type ToolSeries,
} from './series/execution-series';
import { exemplarOf } from './series/exemplar';
import { type LimitedFamily, OTHER_NAME, SeriesLimit } from './series/series-limit';
import { SeriesTable, type SeriesBuckets } from './series/series-table';
import { TrendSeries } from './series/trend-series';

export interface LedgerSettings {
  readonly buckets: SeriesBuckets;
  readonly historySize: number;
  readonly maxSeries: number;
  readonly onFirstDrop: (family: LimitedFamily) => void;
}

/**
 * Everything that was counted since the start or the last reset. A reset is a new ledger: an execution that began
 * under the old one ends there and never touches the new numbers.
 */
export class Ledger {
  readonly requests: ExecutionSeries;
  readonly series: SeriesTable;
  readonly history: ExecutionHistory;
  readonly limit: SeriesLimit;
  readonly requestTrend: TrendSeries;
  readonly agentTrends = new Map<string, TrendSeries>();
  readonly toolTrends = new Map<string, TrendSeries>();
  /** Milliseconds since 1970; NaN before the first record. A number in any case: it changes with every call. */
  lastUpdated = NaN;

  constructor(
    /** Milliseconds since 1970. */
    readonly startTime: number,
    settings: LedgerSettings,
    names: DeclaredNames,
  ) {
    const { buckets, historySize, maxSeries, onFirstDrop } = settings;
    this.requests = new ExecutionSeries(new SeriesRows(buckets.request));
    this.requestTrend = new TrendSeries(buckets.request);
    this.history = new ExecutionHistory(historySize);
    this.limit = new SeriesLimit(maxSeries, onFirstDrop);
    this.series = new SeriesTable(buckets, this.limit, names);
    this.series.openDeclared();
  }

  /** `second` is when it ended, on the clock's scale. */
  addAgentExecution(entry: FinishedExecution, series: AgentSeries, second: number): void {
    const { measures } = entry;
    if (entry.isRequest) addFinished(entry, this.requests, this.requestTrend, second);
    series.trend ??= openTrend(this.agentTrends, series.agentId, series.bounds);
    addFinished(entry, series, series.trend, second);
    if (entry.errorType !== undefined) this.addError(entry, series, entry.errorType, 'agentError');
    if (series.agentId !== entry.agentId) this.limit.drop('agent');
    if (measures === NOTHING_MEASURED) return;
    series.addRetries(measures.retries);
    if (Number.isNaN(measures.firstChunkNs)) return;
    series.addFirstChunk(measures.firstChunkNs, exemplarOf(entry, measures.firstChunkNs));
  }

  addToolExecution(entry: FinishedExecution, series: ToolSeries, second: number): void {
    const { measures } = entry;
    series.trend ??= openTrend(this.toolTrends, series.toolName, series.bounds);
    addFinished(entry, series, series.trend, second);
    if (entry.errorType !== undefined) this.addError(entry, series, entry.errorType, 'toolError');
    if (series.toolName !== entry.name || isFolded(series, entry)) this.limit.drop('tool');
    if (measures === NOTHING_MEASURED) return;
    series.addRetries(measures.retries);
    series.addBytes(measures.inputBytes, measures.outputBytes);
  }

  addModelCall(entry: FinishedExecution, series: ModelSeries): void {
    const { status, durationNs, measures } = entry;
    const exemplar = exemplarOf(entry);
    series.addStatus(status, exemplar);
    // NaN where nobody measured it.
    if (!Number.isNaN(durationNs)) series.observe(durationNs, exemplar);
    if (series.model !== entry.name || isFolded(series, entry)) this.limit.drop('model');
    if (measures === NOTHING_MEASURED) return;
    series.addRetries(measures.retries);
    if (Number.isNaN(measures.firstChunkNs)) return;
    series.addFirstToken(measures.firstChunkNs, exemplarOf(entry, measures.firstChunkNs));
  }

  private addError(
    { status }: FinishedExecution,
    series: ExecutionSeries,
    errorType: string,
    kind: 'agentError' | 'toolError',
  ): void {
    if (!isFailure(status)) return;
    if (series.errorTypes?.has(errorType) || this.limit.admit(kind)) return series.addError(errorType);
    series.addError(OTHER_NAME);
    this.limit.drop(kind);
  }
}

/** Counts an execution in a series and in its trend, which must have the same buckets: it falls into one bucket of both. */
function addFinished(entry: FinishedExecution, series: ExecutionSeries, trend: TrendSeries, second: number): void {
  const { status, durationNs } = entry;
  const exemplar = exemplarOf(entry);
  series.addStatus(status, exemplar);
  // A clock of the user's may say what is no number.
  if (Number.isNaN(durationNs)) return;
  const bucket = series.observe(durationNs, exemplar);
  trend.add(second, durationNs, bucket, isFailure(status));
}

function openTrend(trends: Map<string, TrendSeries>, name: string, bounds: BucketBounds): TrendSeries {
  let trend = trends.get(name);
  if (trend === undefined) trends.set(name, (trend = new TrendSeries(bounds)));
  return trend;
}

function isFolded(series: { readonly agentId: string }, entry: FinishedExecution): boolean {
  return series.agentId !== (entry.agentId ?? '');
}
