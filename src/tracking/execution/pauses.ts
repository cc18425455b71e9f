import { keepShapes } from '../../runtime/kept-shapes';

/** The time that an execution waits on a human. Pauses may overlap; readings of the clock come from outside. */
export class Pauses {
  private totalMs = 0;
  private startedAt = 0;
  private depth = 0;

  get isRunning(): boolean {
    return this.depth > 0;
  }

  /** Milliseconds so far, the current pause included. */
  elapsedMs(now: number): number {
    return this.depth === 0 ? this.totalMs : this.totalMs + now - this.startedAt;
  }

  /** True for the first of those that overlap. */
  begin(now: number): boolean {
    this.depth += 1;
    if (this.depth > 1) return false;
    this.startedAt = now;
    return true;
  }

  /** True where none is left. */
  end(now: number): boolean {
    this.depth -= 1;
    if (this.depth > 0) return false;
    this.totalMs += now - this.startedAt;
    return true;
  }

  /** Forgets what was before the beginning. One that lasts counts from there. */
  restart(now: number): void {
    this.totalMs = 0;
    this.startedAt = now;
  }
}

const used = new Pauses();
used.begin(0.5);
used.end(0.75);
keepShapes(used);
