import type { Clock } from '../../src';

/** A clock that stands still until a test moves it on. */
export class ManualClock implements Clock {
  private nowMs = 0;
  private wallTimeMs: number;
  private readonly alarms = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  constructor(startWallTime: Date | number = Date.UTC(2025, 0, 1)) {
    this.wallTimeMs = Number(startWallTime);
  }

  now(): number {
    return this.nowMs;
  }

  wallTime(): number {
    return this.wallTimeMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const alarm = { dueMs: this.nowMs + delayMs, callback };
    this.alarms.add(alarm);
    return () => void this.alarms.delete(alarm);
  }

  /** Lets time pass on both scales; what is due on the way is called at its time. */
  advance(milliseconds: number): void {
    const end = this.nowMs + milliseconds;
    for (let next = this.nextDue(end); next !== undefined; next = this.nextDue(end)) {
      this.alarms.delete(next);
      this.moveTo(Math.max(this.nowMs, next.dueMs));
      next.callback();
    }
    this.moveTo(end);
  }

  /** Sets the wall time alone, as an operator or a time server would. */
  setWallTime(time: Date | number): void {
    this.wallTimeMs = Number(time);
  }

  private nextDue(endMs: number) {
    return [...this.alarms].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  private moveTo(nowMs: number): void {
    this.wallTimeMs += nowMs - this.nowMs;
    this.nowMs = nowMs;
  }
}
