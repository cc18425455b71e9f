/**
 * Where time comes from. The module reads it from here and nowhere else, so that a test can hold it still.
 *
 * @example
 * Test.createTestingModule({ imports: [MetricsModule.forRoot()] }).overrideProvider(METRICS_CLOCK).useValue(new ManualClock());
 */
export interface Clock {
  /** Milliseconds on a scale that never goes backwards; durations are differences of it. */
  now(): number;
  /** Milliseconds since 1970, for the times that people read: at a reading of `now` that was made just before, or now. */
  wallTime(at?: number): number;
  /** Calls back once after so many milliseconds, and returns what takes it back. It keeps no process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

/** A clock that was set is noticed after so long at the most. */
const LOOK_AGAIN_AFTER_MS = 50;

/** What rounding to whole milliseconds can make of one and the same difference. */
const ROUNDING_MS = 2;

/** The clock of the process that is set. Undefined where fake timers stood in for it as this file was loaded. */
const dateNow = Function.prototype.toString.call(Date.now).includes('[native code]') ? Date.now : undefined;

/**
 * Tells the time of day by the steady clock: looking at a clock is the most expensive part of counting a call, and this
 * one has been looked at already. How far the two are apart is looked at again now and then, since one can be set.
 */
class WallClock {
  private lookedAt = -Infinity;
  private aheadMs = performance.timeOrigin;

  at(now: number): number {
    // Fake timers hold one still and set the other: what a test says holds at once.
    if (Date.now !== dateNow) return Date.now();
    if (!(now >= this.lookedAt && now < this.lookedAt + LOOK_AGAIN_AFTER_MS)) this.look();
    return Math.floor(now + this.aheadMs);
  }

  private look(): void {
    this.lookedAt = performance.now();
    const aheadMs = Date.now() - this.lookedAt;
    if (Math.abs(aheadMs - this.aheadMs) > ROUNDING_MS) this.aheadMs = aheadMs;
  }
}

const wallClock = new WallClock();

/** The globals are looked up at every call, never captured: fake timers replace them after this file was loaded. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: (at = performance.now()) => wallClock.at(at),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
