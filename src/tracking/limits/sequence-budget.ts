import { keepShapes } from '../../runtime/kept-shapes';

/** What the tools of one agent execution have together: the wall-clock time during which at least one of them runs. */
export class SequenceBudget {
  private usedMs = 0;
  private running = 0;
  private runningSince = 0;

  constructor(readonly limitMs: number) {}

  leftMs(now: number): number {
    const runningMs = this.running === 0 ? 0 : now - this.runningSince;
    return this.limitMs - this.usedMs - runningMs;
  }

  toolStarts(now: number): void {
    if (this.running === 0) this.runningSince = now;
    this.running += 1;
  }

  toolStops(now: number): void {
    this.running -= 1;
    if (this.running === 0) this.usedMs += now - this.runningSince;
  }
}

const used = new SequenceBudget(0);
used.toolStarts(0.5);
used.toolStops(0.75);
keepShapes(used);
