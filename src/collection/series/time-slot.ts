/** Where a slot writes its numbers. */
export interface SlotWriter {
  /** @param value whole and not negative; a sum beyond all numbers is kept as the largest */
  write(value: number): void;
}

/** Gives the numbers of a slot in the order in which they were written. */
export interface SlotReader {
  next(): number;
}

/** What is told of the seconds from `start` to the next slot's start. */
export abstract class TimeSlot {
  constructor(
    /** Seconds on the clock's scale; NaN for none. */
    public start = NaN,
  ) {}

  /** Whether nothing is lost where it is not kept. */
  abstract readonly isEmpty: boolean;

  /** The slot of another time, of which nothing is told yet. */
  abstract begin(start: number): void;

  /** Adds one of the same kind that follows it. */
  abstract merge(other: TimeSlot): void;

  /** All that it tells but its start, as whole numbers that are not negative. */
  abstract writeTo(log: SlotWriter): void;

  /** Adds what another has written. */
  abstract addFrom(log: SlotReader): void;
}
