/**
 * A limiter of `rate-limiter-flexible` that keeps numbers by key: `RateLimiterRedis`, `RateLimiterPostgres`,
 * `RateLimiterMemory` and all others that have `set`. Only its numbers and their expiry are used, not its points,
 * duration and blocks.
 */
export interface KeyLimiter {
  /** The number of a key, in a column of 64 bits a text; null where it has none. */
  get(key: string): Promise<{ readonly consumedPoints: number | string } | null>;
  /** Sets the number and the expiry of a key, 0 for none. */
  set(key: string, points: number, secDuration: number): Promise<unknown>;
  /** Adds to the number of a key in one step; one that it makes expires after `customDuration` seconds. */
  penalty(
    key: string,
    points: number,
    options: { readonly customDuration: number },
  ): Promise<{ readonly consumedPoints: number | string }>;
  /** Forgets a key. */
  delete(key: string): Promise<unknown>;
}

/** A timer, which a limiter in memory sets for each key, cannot wait longer. Of a store that has a client none is set. */
const MAX_TIMER_SECONDS = Math.floor((2 ** 31 - 1) / 1_000);

/** The same with milliseconds and plain numbers. */
export class StoredNumbers {
  private readonly maxSeconds: number;

  constructor(private readonly limiter: KeyLimiter) {
    this.maxSeconds = 'client' in limiter ? Infinity : MAX_TIMER_SECONDS;
  }

  async get(key: string): Promise<number | undefined> {
    const reading = await this.limiter.get(key);
    return reading === null ? undefined : Number(reading.consumedPoints);
  }

  async set(key: string, value: number, ttlMs: number): Promise<void> {
    await this.limiter.set(key, value, this.secondsOf(ttlMs));
  }

  async setForEver(key: string, value: number): Promise<void> {
    await this.limiter.set(key, value, 0);
  }

  /** @returns what it is then */
  async increment(key: string, ttlMs: number): Promise<number> {
    const { consumedPoints } = await this.limiter.penalty(key, 1, { customDuration: this.secondsOf(ttlMs) });
    return Number(consumedPoints);
  }

  async delete(key: string): Promise<void> {
    await this.limiter.delete(key);
  }

  /** Whole seconds are what all of them take; 0 would be for ever. */
  private secondsOf(ttlMs: number): number {
    return Math.min(Math.max(1, Math.ceil(ttlMs / 1_000)), this.maxSeconds);
  }
}
