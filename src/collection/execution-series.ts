import type { BucketBounds } from './duration-histogram';
import { DurationHistogram } from './duration-histogram';
import { mergeExemplars } from './exemplar';
import type { Exemplar, Exemplars } from './exemplar';
import { EXECUTION_STATUSES, statusIndex } from './execution-status';
import type { ExecutionStatus } from './execution-status';
import { TokenTotals } from './token-usage';
import type { TrendSeries } from './trend-series';

/** What has label values of its own; the values stand in the order of the family's label names. */
export interface Labelled {
  readonly labels: readonly string[];
  /** The labels as text, once somebody has written them out: they never change. */
  labelText: string | undefined;
}

/** Counts, durations and errors of one label set. */
export class ExecutionSeries implements Labelled {
  labelText: string | undefined = undefined;
  inProgress = 0;
  retries = 0;
  /** Finished executions, in the order of `EXECUTION_STATUSES`. */
  readonly statusCounts: number[] = EXECUTION_STATUSES.map(() => 0);
  readonly durations: DurationHistogram;
  /** By status; made by the first. */
  exemplars: Exemplars | undefined = undefined;
  /** Failures by error type; made by the first one, since most series never have any. */
  errorTypes: Map<string, number> | undefined = undefined;

  constructor(bounds: BucketBounds) {
    this.durations = new DurationHistogram(bounds);
  }

  /** None, unless a kind of series has some. Asked for now and then, and not worth keeping. */
  get labels(): readonly string[] {
    return [];
  }

  /** Finished executions of any status. */
  get count(): number {
    return this.statusCounts.reduce((sum, count) => sum + count, 0);
  }

  /** A duration is NaN where nobody measured it. */
  add(status: ExecutionStatus, durationNs: number, exemplar: Exemplar | undefined): void {
    const index = statusIndex(status);
    this.statusCounts[index]! += 1;
    if (!Number.isNaN(durationNs)) this.durations.add(durationNs, exemplar);
    if (exemplar !== undefined) (this.exemplars ??= [])[index] = exemplar;
  }

  addError(errorType: string): void {
    this.errorTypes ??= new Map();
    this.errorTypes.set(errorType, (this.errorTypes.get(errorType) ?? 0) + 1);
  }

  merge(other: ExecutionSeries): void {
    this.inProgress += other.inProgress;
    this.retries += other.retries;
    other.statusCounts.forEach((count, status) => (this.statusCounts[status]! += count));
    this.durations.merge(other.durations);
    this.exemplars = mergeExemplars(this.exemplars, other.exemplars);
  }
}

/** One tool under one agent, or outside any (then its agent label is empty). */
export class ToolSeries extends ExecutionSeries {
  inputBytes = 0;
  outputBytes = 0;
  /** Of all executions of the tool, whoever calls it; found by the first. */
  trend: TrendSeries | undefined = undefined;

  constructor(
    readonly agentId: string,
    readonly toolName: string,
    bounds: BucketBounds,
  ) {
    super(bounds);
  }

  override get labels(): readonly string[] {
    return [this.agentId, this.toolName];
  }

  override merge(other: ToolSeries): void {
    super.merge(other);
    this.inputBytes += other.inputBytes;
    this.outputBytes += other.outputBytes;
  }
}

/** One model of one provider, called by one agent or outside any (then its agent label is empty). */
export class ModelSeries extends ExecutionSeries {
  readonly tokens = new TokenTotals();
  /** Time to the first token of the calls that told it; made by the first of these. */
  firstTokens: DurationHistogram | undefined = undefined;

  constructor(
    readonly agentId: string,
    readonly model: string,
    /** Empty where nobody named one. */
    public provider: string,
    private readonly bounds: BucketBounds,
    private readonly ownLabels: readonly string[] = [agentId, model, provider],
  ) {
    super(bounds);
  }

  override get labels(): readonly string[] {
    return this.ownLabels;
  }

  addFirstToken(durationNs: number, exemplar: Exemplar | undefined): void {
    this.firstTokens ??= new DurationHistogram(this.bounds);
    this.firstTokens.add(durationNs, exemplar);
  }

  /** Of the calls of several providers the first that was named stands for all. */
  override merge(other: ModelSeries): void {
    super.merge(other);
    if (this.provider === '') this.provider = other.provider;
    this.tokens.merge(other.tokens);
    if (other.firstTokens === undefined) return;
    this.firstTokens ??= new DurationHistogram(this.bounds);
    this.firstTokens.merge(other.firstTokens);
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
  firstChunks: DurationHistogram | undefined = undefined;
  /** Found by the first execution. */
  trend: TrendSeries | undefined = undefined;

  constructor(
    readonly agentId: string,
    public agentName: string,
    private readonly bounds: Readonly<Record<'agent' | 'firstChunk', BucketBounds>>,
  ) {
    super(bounds.agent);
  }

  override get labels(): readonly string[] {
    return [this.agentId];
  }

  addFirstChunk(durationNs: number, exemplar: Exemplar | undefined): void {
    this.firstChunks ??= new DurationHistogram(this.bounds.firstChunk);
    this.firstChunks.add(durationNs, exemplar);
  }
}

/** Hits and misses of one of the application's caches. */
export class CacheSeries implements Labelled {
  labelText: string | undefined = undefined;
  hits = 0;
  misses = 0;

  constructor(readonly labels: readonly string[]) {}
}
