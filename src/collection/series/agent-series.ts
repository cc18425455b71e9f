import type { FinishedExecution } from '../executions/finished-execution';
import { CallScope } from './call-scope';
import { ExecutionSeries } from './execution-series';
import { exemplarOf, type Exemplar } from './exemplar';
import { CALL_BUCKETS, PAUSE_BUCKETS } from './fixed-buckets';
import { BILLION, Histogram, type BucketBounds } from './histogram';
import type { RowSource } from './series-rows';
import type { TrendSeries } from './trend-series';

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
  /** Set by the first execution. */
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
