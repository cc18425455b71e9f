import { mergeExemplars, type Exemplar, type Exemplars } from './exemplar';
import type { NumberRow } from './number-rows';

/** Histograms are kept in whole billionths of what they count: nanoseconds for durations. */
export const BILLION = 1e9;

/** Upper bounds of a histogram, as they are given and in the billionths in which it is kept. */
export class BucketBounds {
  readonly billionths: readonly number[];

  /** @param values in the unit of what is counted: seconds, dollars, calls */
  constructor(readonly values: readonly number[]) {
    this.billionths = values.map((bound) => Math.round(bound * BILLION));
  }

  /** Buckets: one per bound, and one for what exceeds them all. */
  get count(): number {
    return this.values.length + 1;
  }

  /** The first bucket whose bound is not exceeded; the number of bounds for what exceeds them all. */
  bucketOf(billionths: number): number {
    let bucket = 0;
    while (bucket < this.billionths.length && billionths > this.billionths[bucket]!) bucket += 1;
    return bucket;
  }
}

/** The columns of a histogram, relative to the beginning of its part of a row. */
export const HISTOGRAM_COLUMNS = { count: 0, total: 1, min: 2, max: 3, born: 4, buckets: 5 } as const;

// By themselves: `observe` runs with every call, and is so short that V8 makes it a part of what calls it.
const { total: TOTAL, min: MIN, max: MAX, born: BORN, buckets: BUCKETS } = HISTOGRAM_COLUMNS;

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
 * What was observed of one series, durations most of all: how many, sum, extremes and buckets.
 *
 * Everything is kept in whole billionths, which are nanoseconds of a duration, because sums of whole numbers are exact:
 * three times 0.7 ms is 2.1 ms, not 2.0999999999999996. They stay exact up to 2^53, which is 104 days of accumulated time
 * or nine million dollars, and lose single billionths after that.
 */
export class Histogram implements NumberRow {
  readonly page: Float64Array;
  readonly at: number;
  /** By bucket, and by what else a series counts after that; made by the first, since most series never have any. */
  exemplars: Exemplars | undefined = undefined;

  /**
   * @param rowOrBirth the row of its numbers, or when it is made, in milliseconds since 1970, for a row of its own.
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

  /** How many. */
  get observations(): number {
    return this.page[this.at]!;
  }

  /** In billionths, as the extremes, which are 0 where nothing was observed. */
  get total(): number {
    return this.page[this.at + TOTAL]!;
  }

  get min(): number {
    return this.page[this.at + MIN]!;
  }

  get max(): number {
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
  observe(billionths: number, exemplar?: Exemplar): number {
    const { page, at } = this;
    if (page[at] === 0 || billionths < page[at + MIN]!) page[at + MIN] = billionths;
    if (billionths > page[at + MAX]!) page[at + MAX] = billionths;
    page[at]! += 1;
    page[at + TOTAL]! += billionths;
    const bucket = this.bounds.bucketOf(billionths);
    page[at + BUCKETS + bucket]! += 1;
    if (exemplar !== undefined) this.keepExemplar(bucket, exemplar);
    return bucket;
  }

  mergeObservations(other: Histogram): void {
    this.exemplars = mergeExemplars(this.exemplars, other.exemplars);
    const { page, at } = this;
    page[at + BORN] = Math.min(this.born, other.born);
    if (other.observations === 0) return;
    page[at + MIN] = this.observations === 0 ? other.min : Math.min(this.min, other.min);
    page[at + MAX] = Math.max(this.max, other.max);
    page[at]! += other.observations;
    page[at + TOTAL]! += other.total;
    for (let column = BUCKETS; column < histogramWidth(this.bounds); column += 1) {
      page[at + column]! += other.page[other.at + column]!;
    }
  }

  protected keepExemplar(at: number, exemplar: Exemplar): void {
    (this.exemplars ??= [])[at] = exemplar;
  }
}
