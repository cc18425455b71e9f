import type { Clock } from '../../collection/clock';
import type { FaultLog } from '../fault-log';
import type { ExecutionTimeoutError } from './execution-timeout.error';
import type { SequenceBudget } from './sequence-budget';

/** Timers above this fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Timers are this exact at the best; what is left below it is nothing. */
const TIMER_RESOLUTION_MS = 1;

/** What ran out. */
export interface Expiry {
  readonly limitMs: number;
  /** Whether it was the budget of the tools of an agent. */
  readonly sequence: boolean;
}

/** What all deadlines of an application need. */
export interface DeadlinePorts {
  readonly clock: Clock;
  readonly faults: Pick<FaultLog, 'guard'>;
}

/** What a deadline needs of the execution that it limits. */
export interface DeadlineOwner {
  /** Milliseconds that it has taken, without pauses. */
  elapsedMs(now: number): number;
  /** Ends it, and says with what. */
  expire(expiry: Expiry): ExecutionTimeoutError;
}

/** The limit of one execution: its own, and for a tool the budget that it shares with the other tools of its agent. */
export class Deadline {
  /** What the execution ended with, once the limit was reached. */
  expired: ExecutionTimeoutError | undefined;
  private cancelTimer: (() => void) | undefined;
  private isRunning = false;
  /** Made by the first: what is neither a promise nor a stream has none. */
  private listeners: Set<(error: ExecutionTimeoutError) => void> | undefined = undefined;

  constructor(
    private readonly owner: DeadlineOwner,
    private readonly ports: DeadlinePorts,
    private readonly limitMs: number,
    private readonly budget: SequenceBudget | undefined,
  ) {}

  /** Starts the clock, also after a pause. With nothing left it expires at once. */
  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.budget?.toolStarts(this.ports.clock.now());
    const left = this.left();
    if (left.ms < TIMER_RESOLUTION_MS) this.expire(left.sequence);
  }

  /** Waits for what is left. The time is looked at again when the timer fires, which also serves limits too long for one. */
  arm(): void {
    if (!this.isRunning) return;
    const left = this.left();
    if (left.ms === Infinity) return;
    if (left.ms < TIMER_RESOLUTION_MS) return this.expire(left.sequence);
    this.cancelTimer = this.ports.clock.after(Math.min(left.ms, MAX_TIMER_MS), () => this.arm());
  }

  /** Stops the clock, for a pause. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.cancelTimer?.();
    this.budget?.toolStops(this.ports.clock.now());
  }

  /** Stops the clock for good. */
  end(): void {
    this.stop();
    if (this.expired === undefined) this.listeners = undefined;
  }

  /** Calls back at the limit, if it is reached; at once, if it has been. */
  onExpire(listener: (error: ExecutionTimeoutError) => void): void {
    if (this.expired !== undefined) listener(this.expired);
    else (this.listeners ??= new Set()).add(listener);
  }

  /** Settles like `promise`, or rejects at the limit, whichever comes first. */
  race<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.onExpire(reject);
      // A stream races with every step: what has settled must not wait for the limit any longer.
      promise.then(
        (value) => (this.forget(reject), resolve(value)),
        (error: unknown) => (this.forget(reject), reject(error as Error)),
      );
    });
  }

  private forget(listener: (error: ExecutionTimeoutError) => void): void {
    this.listeners?.delete(listener);
  }

  private left(): { readonly ms: number; readonly sequence: boolean } {
    const now = this.ports.clock.now();
    const ownMs = this.limitMs - this.owner.elapsedMs(now);
    const sharedMs = this.budget?.leftMs(now) ?? Infinity;
    return { ms: Math.min(ownMs, sharedMs), sequence: sharedMs < ownMs };
  }

  private expire(sequence: boolean): void {
    const limitMs = sequence ? this.budget!.limitMs : this.limitMs;
    // Ending the execution lets go whoever no longer has to be told; these do.
    const told = [...(this.listeners ?? [])];
    const error = this.owner.expire({ limitMs, sequence });
    this.expired = error;
    for (const listener of told) this.ports.faults.guard('limit', () => listener(error));
  }
}
