import type { Clock } from '../collection/clock';
import type { SequenceBudget } from './sequence-budget';

/** Timers above this fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Timers are this exact at the best; what is left below it is nothing. */
const TIMER_RESOLUTION_MS = 1;

/** What ran out. */
export interface Expiry {
  readonly limitMs: number;
  readonly sequence: boolean;
}

/** The limit of one execution: its own, and for a tool the budget that it shares with the other tools of its agent. */
export class Deadline {
  private cancelTimer: (() => void) | undefined;
  private isRunning = false;

  constructor(
    private readonly clock: Pick<Clock, 'now' | 'after'>,
    private readonly limitMs: number,
    private readonly budget: SequenceBudget | undefined,
    /** Milliseconds that the execution has taken, without pauses. */
    private readonly elapsedMs: () => number,
    private readonly onExpire: (expiry: Expiry) => void,
  ) {}

  /** Starts the clock, also after a pause. With nothing left it expires at once. */
  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.budget?.toolStarts(this.clock.now());
    const left = this.left();
    if (left.ms < TIMER_RESOLUTION_MS) this.expire(left);
  }

  /** Waits for what is left. The time is looked at again when the timer fires, which also serves limits too long for one. */
  arm(): void {
    if (!this.isRunning) return;
    const left = this.left();
    if (left.ms === Infinity) return;
    if (left.ms < TIMER_RESOLUTION_MS) return this.expire(left);
    this.cancelTimer = this.clock.after(Math.min(left.ms, MAX_TIMER_MS), () => this.arm());
  }

  /** Stops the clock, at the end or for a pause. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.cancelTimer?.();
    this.budget?.toolStops(this.clock.now());
  }

  private left(): { readonly ms: number; readonly sequence: boolean } {
    const ownMs = this.limitMs - this.elapsedMs();
    const sharedMs = this.budget?.leftMs(this.clock.now()) ?? Infinity;
    return { ms: Math.min(ownMs, sharedMs), sequence: sharedMs < ownMs };
  }

  private expire({ sequence }: { readonly sequence: boolean }): void {
    this.onExpire({ limitMs: sequence ? this.budget!.limitMs : this.limitMs, sequence });
  }
}
