/** Measures the time that something takes, without the pauses in it. Readings come from outside. */
export class Stopwatch {
  startedAt = 0;
  private pausedMs = 0;
  private pausedAt = 0;
  private pauses = 0;

  start(now: number): void {
    this.startedAt = now;
    this.pausedMs = 0;
  }

  /** Pauses may overlap. True for the first. */
  pause(now: number): boolean {
    this.pauses += 1;
    if (this.pauses > 1) return false;
    this.pausedAt = now;
    return true;
  }

  /** True where no pause is left. */
  resume(now: number): boolean {
    this.pauses -= 1;
    if (this.pauses > 0) return false;
    this.pausedMs += now - this.pausedAt;
    return true;
  }

  /** Milliseconds since the start, without pauses; never negative, though clocks may be set in tests. */
  elapsed(now: number): number {
    const pausing = this.pauses === 0 ? 0 : now - this.pausedAt;
    return Math.max(0, now - this.startedAt - this.pausedMs - pausing);
  }
}
