import type { DurationHistogram } from './duration-histogram';

/** How long a slot is, and for how many seconds back slots that fine are needed: two windows of sixty slots. */
const LEVELS = [
  { span: 1, reach: 120 },
  { span: 5, reach: 600 },
  { span: 15, reach: 1_800 },
  { span: 60, reach: 7_200 },
] as const;

/** Slots added before old ones are joined; joining costs a walk over all of them. */
const COMPACT_AFTER = 64;

/** Executions that ended within `span` seconds from `start`. */
export interface TrendSlot {
  /** Seconds on the clock's scale, a multiple of the span. */
  readonly start: number;
  readonly span: number;
  count: number;
  errors: number;
  totalNs: number;
  maxNs: number;
  /** By bucket, not cumulative. */
  readonly buckets: number[];
}

/**
 * The last two hours of one name, second by second where it is recent and coarser where it is not. Seconds in which
 * nothing ended take no room, so an idle name costs next to nothing.
 */
export class TrendSeries {
  private slots: TrendSlot[] = [];
  private newest: TrendSlot | undefined = undefined;
  private compactAt = COMPACT_AFTER;
  /** The newest second that was seen. What ended long ago may be recorded late, and says nothing of now. */
  private latest = -Infinity;

  constructor(readonly bounds: DurationHistogram['bounds']) {}

  /** @param bucket the one among the bounds into which the duration falls */
  add(second: number, durationNs: number, bucket: number, isFailure: boolean): void {
    const slot = this.newest?.start === second ? this.newest : this.open(second);
    slot.count += 1;
    if (isFailure) slot.errors += 1;
    slot.totalNs += durationNs;
    if (durationNs > slot.maxNs) slot.maxNs = durationNs;
    slot.buckets[bucket]! += 1;
  }

  /** Slots from `second` on, oldest first. */
  since(second: number): readonly TrendSlot[] {
    return this.slots.filter(({ start }) => start >= second);
  }

  /** Lets go what is too old, which otherwise happens only as new slots come. */
  forgetBefore(now: number): void {
    this.latest = Math.max(this.latest, now);
    const oldest = this.slots[0];
    if (oldest !== undefined && spanAllowed(oldest, this.latest) === undefined) this.compact();
  }

  /** The slot of a second, which most of the time is the newest. */
  private open(second: number): TrendSlot {
    this.latest = Math.max(this.latest, second);
    if (this.slots.length >= this.compactAt) this.compact();
    const slot = this.slotAt(second);
    this.newest = this.slots.at(-1);
    return slot;
  }

  private slotAt(second: number): TrendSlot {
    let index = this.slots.length - 1;
    while (index >= 0 && this.slots[index]!.start > second) index -= 1;
    const slot = this.slots[index];
    if (slot !== undefined && second < slot.start + slot.span) return slot;
    const opened = this.emptySlot(second, 1);
    this.slots.splice(index + 1, 0, opened);
    return opened;
  }

  /** Joins what is too old to be looked at so finely, and lets go what is not looked at any more. */
  private compact(): void {
    const joined: TrendSlot[] = [];
    for (const slot of this.slots) {
      const span = spanAllowed(slot, this.latest);
      if (span === undefined) continue;
      const start = Math.floor(slot.start / span) * span;
      const last = joined.at(-1);
      if (last?.start === start && last.span === span) addSlot(last, slot);
      else joined.push(addSlot(this.emptySlot(start, span), slot));
    }
    this.slots = joined;
    this.newest = joined.at(-1);
    this.compactAt = joined.length + COMPACT_AFTER;
  }

  private emptySlot(start: number, span: number): TrendSlot {
    const buckets = new Array<number>(this.bounds.count).fill(0);
    return { start, span, count: 0, errors: 0, totalNs: 0, maxNs: 0, buckets };
  }
}

/**
 * The coarsest span in which a slot may be kept: the next coarser one is allowed once all that it would join lies beyond
 * the reach of this one. Undefined beyond the reach of all.
 */
function spanAllowed(slot: TrendSlot, now: number): number | undefined {
  return LEVELS.find(({ reach }, index) => {
    const coarser = LEVELS[index + 1]?.span ?? slot.span;
    const joinedEnd = Math.floor(slot.start / coarser) * coarser + coarser;
    return joinedEnd > now - reach;
  })?.span;
}

function addSlot(target: TrendSlot, slot: TrendSlot): TrendSlot {
  target.count += slot.count;
  target.errors += slot.errors;
  target.totalNs += slot.totalNs;
  target.maxNs = Math.max(target.maxNs, slot.maxNs);
  slot.buckets.forEach((count, bucket) => (target.buckets[bucket]! += count));
  return target;
}
