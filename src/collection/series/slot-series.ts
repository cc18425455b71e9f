import type { Clock } from '../clock';
import { SlotLog } from './slot-log';
import type { TimeSlot } from './time-slot';

/** How long a slot is, and for how many seconds back slots that fine are needed: two windows of sixty slots. */
const LEVELS = [
  { span: 1, reach: 120 },
  { span: 5, reach: 600 },
  { span: 15, reach: 1_800 },
  { span: 60, reach: 7_200 },
] as const;

const { span: LONGEST_SPAN, reach: LONGEST_REACH } = LEVELS[3];

/** Slots added before old ones are joined; joining costs a walk over all of them. */
const COMPACT_AFTER = 64;

/** No clock tells seconds beyond it. Numbers twice as large, which the log writes, are still exact. */
const FARTHEST = 2 ** 50;

/**
 * The last two hours, second by second where they are recent and coarser where they are not. Seconds of which there is
 * nothing to tell take no room, so what is idle costs next to nothing.
 */
export abstract class SlotSeries<Slot extends TimeSlot> {
  private log = new SlotLog();
  private compactAt = COMPACT_AFTER;

  /** @param clock the one whose seconds it is given: what ended long ago may be recorded late, and says nothing of now */
  constructor(
    /** The second that was told of last. What came before is in the log, that second perhaps, too. */
    protected readonly newest: Slot,
    protected readonly clock: Pick<Clock, 'now'>,
  ) {}

  protected abstract createSlot(start?: number): Slot;

  /**
   * Adds the slots that begin within these seconds to those that are given for their starts. Drops all slots where
   * nothing was recorded for longer than any window reaches back.
   */
  addTo(from: number, to: number, targetOf: (start: number) => Slot): void {
    const { newest } = this;
    if (to - newest.start >= LONGEST_REACH + LONGEST_SPAN) this.compact();
    const isWithin = (start: number) => start >= from && start <= to;
    const unwanted = this.createSlot();
    this.log.addTo((start) => (isWithin(start) ? targetOf(start) : unwanted));
    if (isWithin(newest.start)) targetOf(newest.start).merge(newest);
  }

  /** Makes `newest` the slot of another second. False for a second that no clock can tell. */
  protected turnTo(second: number): boolean {
    if (!(Math.abs(second) < FARTHEST)) return false;
    if (!this.newest.isEmpty) this.log.append(this.newest);
    this.newest.begin(second);
    if (this.log.size >= this.compactAt) this.compact();
    return true;
  }

  /** Joins what is too old to be looked at so finely, and lets go what is not looked at any more. */
  private compact(): void {
    const now = this.clock.now() / 1_000;
    // A reading that is no number, or lies before what has been, would let go what is needed.
    if (!(now >= this.newest.start && now < FARTHEST)) return;
    const joined = new Map<number, Slot>();
    const unwanted = this.createSlot();
    this.log.addTo((second) => {
      const start = joinedStart(second, now);
      if (start === undefined) return unwanted;
      let slot = joined.get(start);
      if (slot === undefined) joined.set(start, (slot = this.createSlot(start)));
      return slot;
    });
    if (joined.size === 0) this.log = new SlotLog();
    else this.log.clear();
    for (const slot of joined.values()) this.log.append(slot);
    this.compactAt = this.log.size + COMPACT_AFTER;
  }
}

/**
 * Where the coarsest slot begins that may hold this second: a coarser one may, once all that it would join lies beyond the
 * reach of the finer ones. Undefined beyond the reach of all, and for what a clock has told that was ahead for a while.
 */
function joinedStart(second: number, now: number): number | undefined {
  if (second > now) return undefined;
  for (let index = 0; index < LEVELS.length; index += 1) {
    const { span, reach } = LEVELS[index]!;
    const coarser = LEVELS[index + 1]?.span ?? span;
    const joinedEnd = Math.floor(second / coarser) * coarser + coarser;
    if (joinedEnd > now - reach) return Math.floor(second / span) * span;
  }
  return undefined;
}
