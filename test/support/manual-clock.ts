import type { Clock } from '../../src';

/** A clock that stands still until it is told otherwise. */
export class ManualClock implements Clock {
  private elapsedMs = 0;

  constructor(private readonly startTime = Date.UTC(2025, 11, 22, 10)) {}

  now(): number {
    return this.elapsedMs;
  }

  wallTime(): number {
    return this.startTime + this.elapsedMs;
  }

  advance(ms: number): void {
    this.elapsedMs += ms;
  }
}
