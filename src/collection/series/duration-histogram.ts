import { mergeExemplars, type Exemplar, type Exemplars } from './exemplar';
import type { NumberRow } from './number-rows';

const NS_PER_SECOND = 1e9;

/** Upper bounds of a histogram, kept in the two units that are needed. */
export class BucketBounds {
  readonly nanoseconds: readonly number[];

  constructor(readonly seconds: readonly number[]) {
    this.nanoseconds = seconds.map((bound) => Math.round(bound * NS_PER_SECOND));
  }

  /** Buckets: one per bound, and one for what exceeds them all. */
  get count(): number {
    return this.seconds.length + 1;
  }

  /** The first bucket whose bound is not exceeded; the number of bounds for what exceeds them all. */
  bucketOf(durationNs: number): number {
    let bucket = 0;
    while (bucket < this.nanoseconds.length && durationNs > this.nanoseconds[bucket]!) bucket += 1;
    return bucket;
  }
}

/** Where the numbers of a histogram stand, from the beginning of its part of a row. */
export const HISTOGRAM_COLUMNS = { count: 0, totalNs: 1, minNs: 2, maxNs: 3, born: 4, buckets: 5 } as const;

// By themselves: `observe` runs with every call, and is so short that V8 makes it a part of what calls it.
const { totalNs: TOTAL, minNs: MIN, maxNs: MAX, born: BORN, buckets: BUCKETS } = HISTOGRAM_COLUMNS;

/** How many numbers a histogram has. */
export function histogramWidth(bounds: BucketBounds): number {
  return BUCKETS + bounds.count;
}

/** A row of a histogram's own. */
function openRow(bounds: BucketBounds, born: number): NumberRow {
  const page = new Float64Array(histogramWidth(bounds));
  page[BORN] = born;
  return { page, at: 0 };
}

/**
 * Durations of one series: how many, sum, extremes and buckets.
 *
 * Everything is kept in whole nanoseconds, because sums of whole numbers are exact: three times 0.7 ms is 2.1 ms, not
 * 2.0999999999999996. They stay exact up to 2^53 ns, which is 104 days of accumulated time, and lose single nanoseconds
 * after that.
 */
export class DurationHistogram implements NumberRow {
  readonly page: Float64Array;
  readonly at: number;
  /** By bucket, and by what else a series counts after that; made by the first, since most series never have any. */
  exemplars: Exemplars | undefined = undefined;

  /**
   * @param rowOrBirth where its numbers stand, or when it is made, in milliseconds since 1970, for a row of its own.
   * @default a row of its own, for a sum of others: it is as old as the oldest of them
   */
  constructor(
    readonly bounds: BucketBounds,
    rowOrBirth: NumberRow | number = Infinity,
  ) {
    const row = typeof rowOrBirth === 'number' ? openRow(bounds, rowOrBirth) : rowOrBirth;
    this.page = row.page;
    this.at = row.at;
  }

  /** How many durations. */
  get observations(): number {
    return this.page[this.at]!;
  }

  get totalNs(): number {
    return this.page[this.at + TOTAL]!;
  }

  /** 0 where there is no duration, as are the extremes. */
  get averageNs(): number {
    return this.observations === 0 ? 0 : this.totalNs / this.observations;
  }

  get minNs(): number {
    return this.page[this.at + MIN]!;
  }

  get maxNs(): number {
    return this.page[this.at + MAX]!;
  }

  /** Since when it counts, in milliseconds since 1970. */
  get born(): number {
    return this.page[this.at + BORN]!;
  }

  /** One count per bucket, not cumulative. */
  get counts(): number[] {
    const from = this.at + BUCKETS;
    return Array.from(this.page.subarray(from, from + this.bounds.count));
  }

  /** Returns the bucket into which it fell. */
  observe(durationNs: number, exemplar?: Exemplar): number {
    const { page, at } = this;
    if (page[at] === 0 || durationNs < page[at + MIN]!) page[at + MIN] = durationNs;
    if (durationNs > page[at + MAX]!) page[at + MAX] = durationNs;
    page[at]! += 1;
    page[at + TOTAL]! += durationNs;
    const bucket = this.bounds.bucketOf(durationNs);
    page[at + BUCKETS + bucket]! += 1;
    if (exemplar !== undefined) this.keepExemplar(bucket, exemplar);
    return bucket;
  }

  mergeDurations(other: DurationHistogram): void {
    this.exemplars = mergeExemplars(this.exemplars, other.exemplars);
    const { page, at } = this;
    page[at + BORN] = Math.min(this.born, other.born);
    if (other.observations === 0) return;
    const minNs = this.observations === 0 ? other.minNs : Math.min(this.minNs, other.minNs);
    page[at + MIN] = minNs;
    page[at + MAX] = Math.max(this.maxNs, other.maxNs);
    page[at]! += other.observations;
    page[at + TOTAL]! += other.totalNs;
    for (let column = BUCKETS; column < histogramWidth(this.bounds); column += 1) {
      page[at + column]! += other.page[other.at + column]!;
    }
  }

  protected keepExemplar(at: number, exemplar: Exemplar): void {
    (this.exemplars ??= [])[at] = exemplar;
  }
}
