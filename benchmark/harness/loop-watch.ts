/** Watches the event loop turn. */
export class LoopWatch {
  private longestMs = 0;
  private last = performance.now();
  private isWatching = true;

  start(): this {
    this.turn();
    return this;
  }

  /** The longest time in milliseconds in which the loop has not turned. */
  stop(): number {
    this.isWatching = false;
    return this.longestMs;
  }

  private turn(): void {
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.last);
    this.last = now;
    if (this.isWatching) setImmediate(() => this.turn());
  }
}
