import type { CallUsage } from '../models/call-usage';
import { TokenTotals } from '../models/token-usage';
import type { BreakdownTable } from './breakdown-table';
import { ModelErrors } from './error-counts';
import { ExecutionSeries } from './execution-series';
import type { Exemplar } from './exemplar';
import { Histogram } from './histogram';
import type { RowSource } from './series-rows';
import type { TrendSeries } from './trend-series';

const NO_TRENDS: readonly TrendSeries[] = [];

/** One model of one provider, called by one agent or outside any (then its agent label is empty). */
export class ModelSeries extends ExecutionSeries {
  readonly tokens = new TokenTotals();
  /** Trend of all calls of the model, by any agent and provider. Set by the first call. */
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
    /** Empty if unknown. */
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

  /** Adds the calls of another provider. The first provider that has a name is kept. */
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
