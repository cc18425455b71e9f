import type { BucketBounds } from './duration-histogram';
import type { DeclaredNames } from './declared-names';
import { exemplarOf } from './exemplar';
import { ExecutionHistory } from './execution-history';
import { ExecutionSeries, SeriesRows } from './execution-series';
import type { AgentSeries, ModelSeries, ToolSeries } from './execution-series';
import { isFailure } from './execution-status';
import type { ExecutionEntry } from './execution-entry';
import type { LimitedFamily } from './series-limit';
import { OTHER_NAME, SeriesLimit } from './series-limit';
import { SeriesTable } from './series-table';
import type { SeriesBuckets } from './series-table';
import { TrendSeries } from './trend-series';

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
    private readonly settings: LedgerSettings,
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
  addAgentExecution(entry: ExecutionEntry, series: AgentSeries, second: number): void {
    const { status, durationNs, firstChunkNs } = entry;
    if (entry.isRequest) {
      this.requests.add(status, durationNs, exemplarOf(entry));
      this.requestTrend.add(second, durationNs, isFailure(status));
    }
    this.addExecution(entry, series);
    this.addError(entry, series, 'agentError');
    series.trend ??= openTrend(this.agentTrends, series.agentId, this.settings.buckets.agent);
    series.trend.add(second, durationNs, isFailure(status));
    if (series.agentId !== entry.agentId) this.limit.drop('agent');
    if (!Number.isNaN(firstChunkNs)) series.addFirstChunk(firstChunkNs, exemplarOf(entry, firstChunkNs));
  }

  addToolExecution(entry: ExecutionEntry, series: ToolSeries, second: number): void {
    const { status, durationNs } = entry;
    this.addExecution(entry, series);
    this.addError(entry, series, 'toolError');
    series.trend ??= openTrend(this.toolTrends, series.toolName, this.settings.buckets.tool);
    series.trend.add(second, durationNs, isFailure(status));
    series.addBytes(entry.inputBytes, entry.outputBytes);
    if (series.toolName !== entry.name || isFolded(series, entry)) this.limit.drop('tool');
  }

  addModelCall(entry: ExecutionEntry, series: ModelSeries): void {
    const { firstChunkNs } = entry;
    this.addExecution(entry, series);
    if (!Number.isNaN(firstChunkNs)) series.addFirstToken(firstChunkNs, exemplarOf(entry, firstChunkNs));
    if (series.model !== entry.name || isFolded(series, entry)) this.limit.drop('model');
  }

  private addExecution(entry: ExecutionEntry, series: ExecutionSeries): void {
    series.add(entry.status, entry.durationNs, exemplarOf(entry));
    series.addRetries(entry.retries);
  }

  private addError({ status, errorType }: ExecutionEntry, series: ExecutionSeries, kind: 'agentError' | 'toolError') {
    if (errorType === undefined || !isFailure(status)) return;
    if (series.errorTypes?.has(errorType) || this.limit.admit(kind)) return series.addError(errorType);
    series.addError(OTHER_NAME);
    this.limit.drop(kind);
  }
}

function openTrend(trends: Map<string, TrendSeries>, name: string, bounds: BucketBounds): TrendSeries {
  let trend = trends.get(name);
  if (trend === undefined) trends.set(name, (trend = new TrendSeries(bounds)));
  return trend;
}

function isFolded(series: { readonly agentId: string }, entry: ExecutionEntry): boolean {
  return series.agentId !== (entry.agentId ?? '');
}
