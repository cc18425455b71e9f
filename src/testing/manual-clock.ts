import type { Clock } from '../index';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that moves only when a test advances it.
 *
 * @example
 * const clock = new ManualClock();
 * const app = await Test.createTestingModule({ imports: [MetricsTestingModule.forRoot({ clock })] }).compile();
 * clock.advance(500);
 */
export class ManualClock implements Clock {
  private nowMs = 0;
  private wallTimeMs: number;
  private readonly timers = new Set<Timer>();

  /** @param start the wall time at first. @default 2025-01-01T00:00:00.000Z */
  constructor(start: Date | number = Date.UTC(2025, 0, 1)) {
    this.wallTimeMs = Number(start);
  }

  now(): number {
    return this.nowMs;
  }

  wallTime(): number {
    return this.wallTimeMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.nowMs + delayMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /**
   * Lets time pass, on both scales. Timers that fall due fire in their order, each at its time.
   *
   * @throws RangeError where `milliseconds` is negative or no number
   */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError(`Time goes forward: cannot advance by ${milliseconds} ms.`);
    const end = this.nowMs + milliseconds;
    for (let due = this.nextDue(end); due !== undefined; due = this.nextDue(end)) {
      this.timers.delete(due);
      this.moveTo(Math.max(due.dueMs, this.nowMs));
      due.callback();
    }
    this.moveTo(Math.max(end, this.nowMs));
  }

  private nextDue(end: number): Timer | undefined {
    const [next] = [...this.timers].filter(({ dueMs }) => dueMs <= end).toSorted((a, b) => a.dueMs - b.dueMs);
    return next;
  }

  private moveTo(nowMs: number): void {
    this.wallTimeMs += nowMs - this.nowMs;
    this.nowMs = nowMs;
  }

  /** Sets the wall time alone, as an operator or a time server would; durations do not notice. */
  setWallTime(time: Date | number): void {
    this.wallTimeMs = Number(time);
  }
}
