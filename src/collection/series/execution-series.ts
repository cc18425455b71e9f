import { statusIndex, type ExecutionStatus } from '../executions/execution-status';
import type { FinishedExecution } from '../executions/finished-execution';
import type { CallUsage } from '../models/call-usage';
import { TokenTotals } from '../models/token-usage';
import type { BreakdownTable } from './breakdown-table';
import { ModelErrors, type ErrorCount } from './error-counts';
import { exemplarOf, type Exemplar } from './exemplar';
import { CALL_BUCKETS, PAUSE_BUCKETS } from './fixed-buckets';
import { BILLION, type BucketBounds, Histogram, HISTOGRAM_COLUMNS, histogramWidth } from './histogram';
import type { LabelSet } from './label-set';
import { NumberRows } from './number-rows';
import type { TrendSeries } from './trend-series';

/** How many numbers a series has that are not its durations. They stand before those, the counts by status first. */
const OWN_COLUMNS = 9;

/** Where they stand, from the `at` of the series on. */
export const SERIES_COLUMNS = {
  statuses: -9,
  inProgress: -5,
  retries: -4,
  inputBytes: -3,
  outputBytes: -2,
  repeats: -1,
} as const;

/** Room for the numbers of series with the same buckets. */
export class SeriesRows {
  private readonly rows: NumberRows;

  /**
   * @param now the time of day, in milliseconds since 1970: a series is born when its row is opened.
   * @default for sums of other series, which are as old as the oldest of these
   */
  constructor(
    readonly bounds: BucketBounds,
    private readonly now: () => number = () => Infinity,
  ) {
    this.rows = new NumberRows(OWN_COLUMNS + histogramWidth(bounds));
  }

  /** The row of a new series; what is its own stands before `at`. */
  open() {
    const { page, at: start } = this.rows.open();
    const at = start + OWN_COLUMNS;
    page[at + HISTOGRAM_COLUMNS.born] = this.now();
    return { page, at };
  }
}

/** Where a new series gets its row. */
export type RowSource = Pick<SeriesRows, 'bounds' | 'open'>;

/** The row of a series of another process, whose `figures` these are. Its buckets are not among them. */
export function rowOfFigures(figures: readonly number[], bounds: BucketBounds): RowSource {
  const page = new Float64Array(OWN_COLUMNS + histogramWidth(bounds));
  page.set(figures);
  return { bounds, open: () => ({ page, at: OWN_COLUMNS }) };
}

/** Counts, durations and errors of one label set. */
export class ExecutionSeries extends Histogram implements LabelSet {
  /** Failures by error type; made by the first one, since most series never have any. */
  errorTypes: Map<string, ErrorCount> | undefined = undefined;

  constructor(rows: RowSource) {
    super(rows.bounds, rows.open());
  }

  /** None, unless a kind of series has some. Asked for now and then, and not worth keeping. */
  get labels(): readonly string[] {
    return [];
  }

  /** Finished executions, in the order of `EXECUTION_STATUSES`. */
  get statusCounts(): number[] {
    const { statuses } = SERIES_COLUMNS;
    return [this.own(statuses), this.own(statuses + 1), this.own(statuses + 2), this.own(statuses + 3)];
  }

  /** Finished executions of any status. */
  get count(): number {
    const { statuses } = SERIES_COLUMNS;
    return this.own(statuses) + this.own(statuses + 1) + this.own(statuses + 2) + this.own(statuses + 3);
  }

  /** Finished executions of one status. */
  countOf(status: ExecutionStatus): number {
    return this.own(SERIES_COLUMNS.statuses + statusIndex(status));
  }

  /** Of the durations that were measured. */
  get totalNs(): number {
    return this.total;
  }

  /** 0 where there is no duration, as are the extremes. */
  get averageNs(): number {
    return this.observations === 0 ? 0 : this.total / this.observations;
  }

  get minNs(): number {
    return this.min;
  }

  get maxNs(): number {
    return this.max;
  }

  get inProgress(): number {
    return this.own(SERIES_COLUMNS.inProgress);
  }

  get retries(): number {
    return this.own(SERIES_COLUMNS.retries);
  }

  get inputBytes(): number {
    return this.own(SERIES_COLUMNS.inputBytes);
  }

  get outputBytes(): number {
    return this.own(SERIES_COLUMNS.outputBytes);
  }

  /** Of a tool: calls that the same agent execution had made before. */
  get repeats(): number {
    return this.own(SERIES_COLUMNS.repeats);
  }

  /** All its numbers but its buckets, for another process. */
  get figures(): readonly number[] {
    return Array.from(this.page.subarray(this.at - OWN_COLUMNS, this.at + HISTOGRAM_COLUMNS.buckets));
  }

  /** Where the exemplars of statuses begin: behind those of the buckets. */
  get statusExemplarsAt(): number {
    return this.bounds.count;
  }

  addStatus(status: ExecutionStatus, exemplar: Exemplar | undefined): void {
    const index = statusIndex(status);
    this.page[this.at + SERIES_COLUMNS.statuses + index]! += 1;
    if (exemplar !== undefined) this.keepExemplar(this.statusExemplarsAt + index, exemplar);
  }

  addInProgress(change: 1 | -1): void {
    this.page[this.at + SERIES_COLUMNS.inProgress]! += change;
  }

  addRetries(retries: number): void {
    this.addOwn(SERIES_COLUMNS.retries, retries);
  }

  addBytes(inputBytes: number, outputBytes: number): void {
    this.addOwn(SERIES_COLUMNS.inputBytes, inputBytes);
    this.addOwn(SERIES_COLUMNS.outputBytes, outputBytes);
  }

  addRepeat(): void {
    this.addOwn(SERIES_COLUMNS.repeats, 1);
  }

  /** @param wallTime milliseconds since 1970 */
  addError(errorType: string, wallTime: number): void {
    this.errorTypes ??= new Map();
    const known = this.errorTypes.get(errorType);
    if (known === undefined) this.errorTypes.set(errorType, { count: 1, born: wallTime });
    else known.count += 1;
  }

  /** Its numbers as they are now. */
  copy(): ExecutionSeries {
    const copy = new ExecutionSeries(new SeriesRows(this.bounds));
    copy.merge(this);
    return copy;
  }

  merge(other: ExecutionSeries): void {
    for (let column = -OWN_COLUMNS; column < 0; column += 1) this.addOwn(column, other.own(column));
    this.mergeObservations(other);
  }

  private own(column: number): number {
    return this.page[this.at + column]!;
  }

  private addOwn(column: number, amount: number): void {
    this.page[this.at + column]! += amount;
  }
}

/** One tool under one agent, or outside any (then its agent label is empty). */
export class ToolSeries extends ExecutionSeries {
  /** Of all executions of the tool, whoever calls it; found by the first. */
  trend: TrendSeries | undefined = undefined;

  constructor(
    readonly agentId: string,
    readonly toolName: string,
    rows: RowSource,
  ) {
    super(rows);
  }

  override get labels(): readonly string[] {
    return [this.agentId, this.toolName];
  }
}

const NO_TRENDS: readonly TrendSeries[] = [];

/** One model of one provider, called by one agent or outside any (then its agent label is empty). */
export class ModelSeries extends ExecutionSeries {
  readonly tokens = new TokenTotals();
  /** Of all calls of the model, whoever makes them and whoever provides it; found by the first. */
  trend: TrendSeries | undefined = undefined;
  /** Those of which its usage is a part; found together with its own. */
  usageTrends: readonly TrendSeries[] = NO_TRENDS;
  /** Time to the first token of the calls that told it; made by the first of these. */
  firstTokens: Histogram | undefined = undefined;
  /** Made by the first failure. */
  errors: ModelErrors | undefined = undefined;

  constructor(
    readonly agentId: string,
    readonly model: string,
    /** Empty where nobody named one. */
    public provider: string,
    rows: RowSource,
    private readonly ownLabels: readonly string[] = [agentId, model, provider],
    /** Where its usage is broken down; undefined where that is not asked for, and for sums. */
    private readonly breakdown: BreakdownTable | undefined = undefined,
  ) {
    super(rows);
  }

  override get labels(): readonly string[] {
    return this.ownLabels;
  }

  /**
   * The one way in for tokens and cost.
   *
   * @param second in which it became known
   * @param breakdownValue to which the request of the call belongs
   */
  addUsage(usage: CallUsage, second: number, breakdownValue: string | undefined): void {
    const { tokens, costUsd } = usage;
    this.tokens.add(tokens, costUsd);
    this.breakdown?.addUsage(usage, breakdownValue);
    const { inputTokens, outputTokens } = tokens;
    for (const trend of this.usageTrends) trend.addUsage(second, inputTokens + outputTokens, costUsd ?? 0);
  }

  addFirstToken(durationNs: number, exemplar: Exemplar | undefined, wallTime: number): void {
    this.firstTokens ??= new Histogram(this.bounds, wallTime);
    this.firstTokens.observe(durationNs, exemplar);
  }

  /** @param wallTime milliseconds since 1970 */
  addFailure(errorType: string, status: string, wallTime: number): void {
    this.addFailures(errorType, status, 1, wallTime);
  }

  /** @param born when the first of them was counted, in milliseconds since 1970 */
  addFailures(errorType: string, status: string, count: number, born: number): void {
    (this.errors ??= new ModelErrors()).add(errorType, status, count, born);
  }

  /** Of the calls of several providers the first that was named stands for all. */
  override merge(other: ModelSeries): void {
    super.merge(other);
    if (this.provider === '') this.provider = other.provider;
    this.tokens.merge(other.tokens);
    if (other.errors !== undefined) (this.errors ??= new ModelErrors()).merge(other.errors);
    if (other.firstTokens === undefined) return;
    this.firstTokens ??= new Histogram(this.bounds);
    this.firstTokens.mergeObservations(other.firstTokens);
  }
}

/** What one agent called, or what was called outside any. */
export class CallScope {
  readonly tools = new Map<string, ToolSeries>();
  /** By model; most have one provider. */
  readonly models = new Map<string, ModelSeries[]>();
}

/** One agent and what it called. */
export class AgentSeries extends ExecutionSeries {
  readonly calls = new CallScope();
  /** Time to the first chunk of the executions that streamed; made by the first of these. */
  firstChunks: Histogram | undefined = undefined;
  /** How many tools and models each of its tracked executions has called itself; made by the first of these. */
  toolCalls: Histogram | undefined = undefined;
  modelCalls: Histogram | undefined = undefined;
  /** By the name of the limit, how many of its executions have reached it; made by the first of these. */
  limitsReached: Map<string, number> | undefined = undefined;
  /** How long the executions that paused have waited; made by the first of these. */
  pauses: Histogram | undefined = undefined;
  /** Found by the first execution. */
  trend: TrendSeries | undefined = undefined;

  constructor(
    readonly agentId: string,
    public agentName: string,
    rows: RowSource,
    private readonly firstChunkBounds: BucketBounds,
  ) {
    super(rows);
  }

  override get labels(): readonly string[] {
    return [this.agentId];
  }

  addFirstChunk(durationNs: number, exemplar: Exemplar | undefined, wallTime: number): void {
    this.firstChunks ??= new Histogram(this.firstChunkBounds, wallTime);
    this.firstChunks.observe(durationNs, exemplar);
  }

  addLimitReached(limit: string): void {
    this.limitsReached ??= new Map();
    this.limitsReached.set(limit, (this.limitsReached.get(limit) ?? 0) + 1);
  }

  /**
   * Counts what an execution has called, and how long it has waited, where that is known.
   *
   * @param wallTime milliseconds since 1970
   */
  addRun(finished: FinishedExecution, wallTime: number): void {
    const { totals, pausedNs } = finished;
    if (totals !== undefined) {
      const tools = totals.toolCalls * BILLION;
      const models = totals.modelCalls * BILLION;
      (this.toolCalls ??= new Histogram(CALL_BUCKETS, this.born)).observe(tools, exemplarOf(finished, tools));
      (this.modelCalls ??= new Histogram(CALL_BUCKETS, this.born)).observe(models, exemplarOf(finished, models));
    }
    if (pausedNs === 0) return;
    this.pauses ??= new Histogram(PAUSE_BUCKETS, wallTime);
    this.pauses.observe(pausedNs, exemplarOf(finished, pausedNs));
  }
}

/** Where an execution is counted. */
export type CountedSeries = AgentSeries | ToolSeries | ModelSeries;

/** Hits and misses of one of the application's caches. */
export class CacheSeries implements LabelSet {
  hits = 0;
  misses = 0;

  constructor(
    readonly labels: readonly string[],
    /** Since when it counts, in milliseconds since 1970. */
    readonly born: number,
  ) {}
}
