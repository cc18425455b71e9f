import { mergeExemplars } from './exemplar';
import type { Exemplar, Exemplars } from './exemplar';

const NS_PER_SECOND = 1e9;

/** Upper bounds of a histogram, kept in the two units that are needed. */
export class BucketBounds {
  readonly nanoseconds: readonly number[];

  constructor(readonly seconds: readonly number[]) {
    this.nanoseconds = seconds.map((bound) => Math.round(bound * NS_PER_SECOND));
  }

  /** The first bucket whose bound is not exceeded; the number of bounds for what exceeds them all. */
  bucketOf(durationNs: number): number {
    let bucket = 0;
    while (bucket < this.nanoseconds.length && durationNs > this.nanoseconds[bucket]!) bucket += 1;
    return bucket;
  }
}

/**
 * Durations of one series: count, sum, extremes and buckets.
 *
 * Everything is kept in whole nanoseconds, because sums of whole numbers are exact: three times 0.7 ms is 2.1 ms, not
 * 2.0999999999999996. They stay exact up to 2^53 ns, which is 104 days of accumulated time, and lose single nanoseconds
 * after that.
 */
export class DurationHistogram {
  count = 0;
  totalNs = 0;
  minNs = 0;
  maxNs = 0;
  /** One count per bound and a last one for what exceeds them all; not cumulative. */
  readonly counts: number[];
  /** By bucket; made by the first, since most series never have any. */
  exemplars: Exemplars | undefined = undefined;

  constructor(readonly bounds: BucketBounds) {
    this.counts = new Array<number>(bounds.seconds.length + 1).fill(0);
  }

  add(durationNs: number, exemplar?: Exemplar): void {
    this.minNs = this.count === 0 || durationNs < this.minNs ? durationNs : this.minNs;
    this.maxNs = durationNs > this.maxNs ? durationNs : this.maxNs;
    this.count += 1;
    this.totalNs += durationNs;
    const bucket = this.bounds.bucketOf(durationNs);
    this.counts[bucket]! += 1;
    if (exemplar !== undefined) (this.exemplars ??= [])[bucket] = exemplar;
  }

  merge(other: DurationHistogram): void {
    if (other.count === 0) return;
    this.minNs = this.count === 0 ? other.minNs : Math.min(this.minNs, other.minNs);
    this.maxNs = Math.max(this.maxNs, other.maxNs);
    this.count += other.count;
    this.totalNs += other.totalNs;
    other.counts.forEach((count, bucket) => (this.counts[bucket]! += count));
    this.exemplars = mergeExemplars(this.exemplars, other.exemplars);
  }
}
