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

  /**
   * Lets time pass, on both scales.
   *
   * @throws RangeError where `milliseconds` is negative or no number
   */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError(`Time goes forward: cannot advance by ${milliseconds} ms.`);
    this.nowMs += milliseconds;
    this.wallTimeMs += milliseconds;
  }

  /** Sets the wall time alone, as an operator or a time server would; durations do not notice. */
  setWallTime(time: Date | number): void {
    this.wallTimeMs = Number(time);
  }
}
