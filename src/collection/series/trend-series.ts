import type { Clock } from '../clock';
import type { BucketBounds } from './histogram';
import { SlotSeries } from './slot-series';
import { TrendSlot } from './trend-slot';
import { UsageSeries, UsageSlot } from './usage-series';

/** Executions of one name in the last two hours. */
export class TrendSeries extends SlotSeries<TrendSlot> {
  /** Made by the first model call; tools have none. */
  usage: UsageSeries | undefined = undefined;

  constructor(
    readonly bounds: BucketBounds,
    clock: Pick<Clock, 'now'>,
  ) {
    super(new TrendSlot(bounds.count), clock);
  }

  /**
   * A second that is no number is not counted.
   *
   * @param bucket the one among the bounds into which the duration falls
   */
  add(second: number, durationNs: number, bucket: number, isFailure: boolean): void {
    const slot = this.newest;
    if (slot.start !== second && !this.turnTo(second)) return;
    slot.count += 1;
    if (isFailure) slot.errors += 1;
    slot.totalNs += durationNs;
    if (durationNs > slot.maxNs) slot.maxNs = durationNs;
    slot.buckets[bucket]! += 1;
  }

  /** Adds an execution without a duration: it counts, and is in no average and no percentile. */
  addUnmeasured(second: number, isFailure: boolean): void {
    this.add(second, 0, this.bounds.count, isFailure);
  }

  /** Adds what a model call has used up. */
  addUsage(second: number, tokens: number, costUsd: number): void {
    if (tokens === 0 && costUsd === 0) return;
    this.usage ??= new UsageSeries(new UsageSlot(), this.clock);
    this.usage.add(second, tokens, costUsd);
  }

  protected override createSlot(start?: number): TrendSlot {
    return new TrendSlot(this.bounds.count, start);
  }
}
