import { type SlotReader, type SlotWriter, TimeSlot } from './time-slot';

/** Executions that ended within a slot. */
export class TrendSlot extends TimeSlot {
  count = 0;
  errors = 0;
  totalNs = 0;
  maxNs = 0;
  /** By bucket, not cumulative; the last one counts executions without a duration. */
  readonly buckets: number[];

  constructor(bucketCount: number, start?: number) {
    super(start);
    this.buckets = new Array<number>(bucketCount + 1).fill(0);
  }

  override get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Those whose duration is known. */
  get measured(): number {
    return this.count - this.buckets.at(-1)!;
  }

  override begin(start: number): void {
    this.start = start;
    this.count = 0;
    this.errors = 0;
    this.totalNs = 0;
    this.maxNs = 0;
    this.buckets.fill(0);
  }

  override merge({ count, errors, totalNs, maxNs, buckets }: TrendSlot): void {
    this.count += count;
    this.errors += errors;
    this.totalNs += totalNs;
    if (maxNs > this.maxNs) this.maxNs = maxNs;
    for (let bucket = 0; bucket < buckets.length; bucket += 1) this.buckets[bucket]! += buckets[bucket]!;
  }

  override writeTo(log: SlotWriter): void {
    const { errors, totalNs, maxNs, buckets } = this;
    log.write(errors);
    log.write(totalNs);
    log.write(maxNs);
    const first = buckets.findIndex((count) => count > 0);
    const last = buckets.findLastIndex((count) => count > 0);
    log.write(first);
    log.write(last - first);
    for (let bucket = first; bucket <= last; bucket += 1) log.write(buckets[bucket]!);
  }

  override addFrom(log: SlotReader): void {
    this.errors += log.next();
    this.totalNs += log.next();
    this.maxNs = Math.max(this.maxNs, log.next());
    const first = log.next();
    const last = first + log.next();
    for (let bucket = first; bucket <= last; bucket += 1) {
      const hits = log.next();
      this.count += hits;
      this.buckets[bucket]! += hits;
    }
  }
}
