import type { DeclaredNames } from './declared-names';
import { exemplarOf } from './exemplar';
import { ExecutionHistory } from './execution-history';
import { ExecutionSeries } from './execution-series';
import type { AgentSeries, ModelSeries, ToolSeries } from './execution-series';
import { isFailure } from './execution-status';
import type { FinishedExecution } from './finished-execution';
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
  /** Milliseconds since 1970; undefined before the first record. */
  lastUpdated: number | undefined;

  constructor(
    /** Milliseconds since 1970. */
    readonly startTime: number,
    private readonly settings: LedgerSettings,
    names: DeclaredNames,
  ) {
    const { buckets, historySize, maxSeries, onFirstDrop } = settings;
    this.requests = new ExecutionSeries([], buckets.request);
    this.requestTrend = new TrendSeries(buckets.request);
    this.history = new ExecutionHistory(historySize);
    this.limit = new SeriesLimit(maxSeries, onFirstDrop);
    this.series = new SeriesTable(buckets, this.limit, names);
    this.series.openDeclared();
  }

  /** `second` is when it ended, on the clock's scale. */
  addAgentExecution(execution: FinishedExecution, series: AgentSeries, second: number): void {
    const { status, firstChunkNs } = execution;
    const durationNs = execution.durationNs ?? 0;
    const exemplar = exemplarOf(execution);
    if (execution.requestId === execution.id) {
      this.requests.add(status, durationNs, exemplar);
      this.requestTrend.add(second, durationNs, isFailure(status));
    }
    this.addExecution(execution, series);
    this.addError(execution, series, 'agentError');
    this.trend(this.agentTrends, series.agentId, 'agent').add(second, durationNs, isFailure(status));
    if (series.agentId !== execution.agentId) this.limit.drop('agent');
    if (firstChunkNs !== undefined) series.addFirstChunk(firstChunkNs);
  }

  addToolExecution(execution: FinishedExecution, series: ToolSeries, second: number): void {
    this.addExecution(execution, series);
    this.addError(execution, series, 'toolError');
    this.trend(this.toolTrends, series.toolName, 'tool').add(
      second,
      execution.durationNs ?? 0,
      isFailure(execution.status),
    );
    series.inputBytes += execution.inputBytes;
    series.outputBytes += execution.outputBytes;
    if (series.toolName !== execution.toolName || isFolded(series, execution)) this.limit.drop('tool');
  }

  addModelCall(execution: FinishedExecution, series: ModelSeries): void {
    this.addExecution(execution, series);
    if (execution.firstChunkNs !== undefined) series.addFirstToken(execution.firstChunkNs);
    if (series.model !== execution.model || isFolded(series, execution)) this.limit.drop('model');
  }

  private addExecution(execution: FinishedExecution, series: ExecutionSeries): void {
    series.add(execution.status, execution.durationNs, exemplarOf(execution));
    series.retries += execution.retries;
    this.history.add(execution);
  }

  private addError(
    { status, errorType }: FinishedExecution,
    series: ExecutionSeries,
    kind: 'agentError' | 'toolError',
  ) {
    if (errorType === undefined || !isFailure(status)) return;
    if (series.errorTypes?.has(errorType) || this.limit.admit(kind)) return series.addError(errorType);
    series.addError(OTHER_NAME);
    this.limit.drop(kind);
  }

  private trend(trends: Map<string, TrendSeries>, name: string, kind: 'agent' | 'tool'): TrendSeries {
    let trend = trends.get(name);
    if (trend === undefined) trends.set(name, (trend = new TrendSeries(this.settings.buckets[kind])));
    return trend;
  }
}

function isFolded(series: { readonly agentId: string }, execution: FinishedExecution): boolean {
  return series.agentId !== (execution.agentId ?? '');
}
