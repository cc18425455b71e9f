import { keepShapes } from '../../runtime/kept-shapes';
import type { SlotSeries } from '../series/slot-series';
import type { TimeSlot } from '../series/time-slot';
import { TREND_WINDOWS, type TrendWindow } from './trend-window';

const SLOTS_PER_WINDOW = 60;

/** Of the current slot. */
export const LAST_PLACE = SLOTS_PER_WINDOW - 1;

/** What one series tells of two windows. */
export interface WindowSlots<Slot> {
  /** All of the window. */
  readonly current: Slot;
  /** All of the window before. */
  readonly previous: Slot;
  /** By place in the window, oldest first; none where nothing is told. */
  readonly slots: ReadonlyMap<number, Slot>;
}

/** A window that ends now: the current slot, which is not over yet, and the 59 before it. */
export class TrendView {
  readonly windowSeconds: number;
  readonly slotSeconds: number;
  /** Of the window, since the start or the last reset. */
  readonly coveredSeconds: number;
  /** Whether the window before lies after the start or the last reset. */
  readonly hasPrevious: boolean;
  /** The first second. */
  readonly from: number;
  private readonly firstCovered: number;

  /**
   * @param startedAt of the counting, as `nowMs` on the clock's scale
   * @param youngestStartedAt of the process that has started last, where several are added up
   */
  constructor(
    readonly window: TrendWindow,
    startedAt: number,
    private readonly nowMs: number,
    private readonly wallTimeMs: number,
    youngestStartedAt = startedAt,
  ) {
    this.windowSeconds = TREND_WINDOWS[window];
    this.slotSeconds = this.windowSeconds / SLOTS_PER_WINDOW;
    const currentSlot = Math.floor(nowMs / 1_000 / this.slotSeconds);
    this.from = (currentSlot - SLOTS_PER_WINDOW + 1) * this.slotSeconds;
    this.coveredSeconds = Math.min(Math.max(0, nowMs - startedAt) / 1_000, this.windowSeconds);
    this.hasPrevious = youngestStartedAt / 1_000 <= this.from - this.windowSeconds;
    this.firstCovered = Math.max(0, Math.min(this.placeOf(startedAt / 1_000), SLOTS_PER_WINDOW - 1));
  }

  /** The present second. */
  get to(): number {
    return Math.floor(this.nowMs / 1_000);
  }

  /** Of a second within the window. */
  placeOf(second: number): number {
    return Math.floor((second - this.from) / this.slotSeconds);
  }

  /** When the slot began, by the time of day. */
  startTime(place: number): Date {
    const ageMs = this.nowMs - (this.from + place * this.slotSeconds) * 1_000;
    return new Date(this.wallTimeMs - ageMs);
  }

  /** Whether the slot, or its end, lies after the start or the last reset. */
  covers(place: number): boolean {
    return place >= this.firstCovered;
  }

  collect<Slot extends TimeSlot>(series: SlotSeries<Slot> | undefined, createSlot: () => Slot): WindowSlots<Slot> {
    const [current, previous] = [createSlot(), createSlot()];
    const found: Slot[] = [];
    series?.addTo(this.from - this.windowSeconds, this.to, (start) => {
      if (start < this.from) return previous;
      return (found[this.placeOf(start)] ??= createSlot());
    });
    const slots = new Map<number, Slot>();
    for (let place = 0; place < found.length; place += 1) {
      const slot = found[place];
      if (slot === undefined) continue;
      slots.set(place, slot);
      current.merge(slot);
    }
    return { current, previous, slots };
  }

  /** Of all slots, oldest first. */
  places(): number[] {
    return Array.from({ length: SLOTS_PER_WINDOW }, (_, place) => place);
  }
}

keepShapes(new TrendView('1h', 0.5, 1_000.75, 1_000.75));
