/** Executions that ended within the seconds from `start` to the next slot's start. */
export class TrendSlot {
  count = 0;
  errors = 0;
  totalNs = 0;
  maxNs = 0;
  /** By bucket, not cumulative. */
  readonly buckets: number[];

  constructor(
    bucketCount: number,
    /** Seconds on the clock's scale; NaN for none. */
    public start = NaN,
  ) {
    this.buckets = new Array<number>(bucketCount).fill(0);
  }

  /** The slot of another time, in which nothing has ended yet. */
  begin(start: number): void {
    this.start = start;
    this.count = 0;
    this.errors = 0;
    this.totalNs = 0;
    this.maxNs = 0;
    this.buckets.fill(0);
  }

  addHits(bucket: number, hits: number): void {
    this.count += hits;
    this.buckets[bucket]! += hits;
  }

  merge({ count, errors, totalNs, maxNs, buckets }: TrendSlot): void {
    this.count += count;
    this.errors += errors;
    this.totalNs += totalNs;
    if (maxNs > this.maxNs) this.maxNs = maxNs;
    for (let bucket = 0; bucket < buckets.length; bucket += 1) this.buckets[bucket]! += buckets[bucket]!;
  }
}
