import type { Clock } from '../index';

/**
 * A clock that stands still until a test moves it on.
 *
 * @example
 * const clock = new ManualClock();
 * Test.createTestingModule({ imports: [AppModule] }).overrideProvider(METRICS_CLOCK).useValue(clock);
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
    return () => void this.timers.delete(timer);
  }

  /**
   * Lets time pass, on both scales. What falls due meanwhile runs before it returns, each at its own time.
   *
   * @throws RangeError where `milliseconds` is negative or no number
   */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError(`Time goes forward: cannot advance by ${milliseconds} ms.`);
    const endMs = this.nowMs + milliseconds;
    for (let timer = this.nextTimer(endMs); timer !== undefined; timer = this.nextTimer(endMs)) {
      this.timers.delete(timer);
      this.moveTo(Math.max(timer.dueMs, this.nowMs));
      timer.callback();
    }
    this.moveTo(endMs);
  }

  /** Sets the wall time alone, as an operator or a time server would; durations do not notice. */
  setWallTime(time: Date | number): void {
    this.wallTimeMs = Number(time);
  }

  private nextTimer(untilMs: number): Timer | undefined {
    const due = [...this.timers].filter(({ dueMs }) => dueMs <= untilMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  private moveTo(nowMs: number): void {
    this.wallTimeMs += nowMs - this.nowMs;
    this.nowMs = nowMs;
  }
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}
