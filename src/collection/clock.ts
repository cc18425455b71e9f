import { MAX_TIME_MS } from './executions/finished-execution';

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
 * The clock of the process. The globals are looked up at every call, never captured: fake timers replace them after this
 * file was loaded.
 *
 * The time of day is told by the steady clock: a reading is the most expensive part of counting a call (a fifth of its
 * time), and this one has been read already. How far the two are apart is looked at now and then, since one can be set.
 */
class SystemClock implements Clock {
  private lookedAt = -Infinity;
  private aheadMs = performance.timeOrigin;

  now(): number {
    return performance.now();
  }

  wallTime(at = performance.now()): number {
    // Fake timers hold one still and set the other: what a test says holds at once.
    if (Date.now !== dateNow) return Date.now();
    if (!(at >= this.lookedAt && at < this.lookedAt + LOOK_AGAIN_AFTER_MS)) this.look();
    return Math.floor(at + this.aheadMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  }

  private look(): void {
    this.lookedAt = performance.now();
    const aheadMs = Date.now() - this.lookedAt;
    if (Math.abs(aheadMs - this.aheadMs) > ROUNDING_MS) this.aheadMs = aheadMs;
  }
}

export const systemClock: Clock = new SystemClock();

/**
 * A clock that never throws and always gives a number. Where the clock behind it fails, time stands still and a timer
 * never fires; `onFault` hears of it.
 */
export class ReliableClock implements Clock {
  private lastNow = 0;
  private lastWallTime = Date.now();

  constructor(
    private readonly clock: Clock,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  now(): number {
    try {
      const now = this.clock.now();
      // False for NaN, too.
      if (Math.abs(now) <= Number.MAX_SAFE_INTEGER) return (this.lastNow = now);
      this.reportUnusable(now, 'the time');
    } catch (fault) {
      this.onFault(fault);
    }
    return this.lastNow;
  }

  wallTime(at = this.now()): number {
    try {
      const time = this.clock.wallTime(at);
      if (Math.abs(time) <= MAX_TIME_MS) return (this.lastWallTime = time);
      this.reportUnusable(time, 'the time of day');
    } catch (fault) {
      this.onFault(fault);
    }
    return this.lastWallTime;
  }

  after(delayMs: number, callback: () => void): () => void {
    try {
      return this.clock.after(delayMs, callback);
    } catch (fault) {
      this.onFault(fault);
      return () => {};
    }
  }

  private reportUnusable(reading: number, what: string): void {
    this.onFault(new RangeError(`The clock returned ${reading} as ${what}.`));
  }
}
