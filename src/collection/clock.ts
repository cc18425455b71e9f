/**
 * Where time comes from. The module reads it from here and nowhere else, so that a test can hold it still.
 *
 * @example
 * Test.createTestingModule({ imports: [MetricsModule.forRoot()] }).overrideProvider(METRICS_CLOCK).useValue(new ManualClock());
 */
export interface Clock {
  /** Milliseconds on a scale that never goes backwards; durations are differences of it. */
  now(): number;
  /** Milliseconds since 1970, for the times that people read. */
  wallTime(): number;
  /** Calls back once after so many milliseconds, and returns what takes it back. It keeps no process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Looked up at every call, never captured: fake timers replace these globals after this file was loaded. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
