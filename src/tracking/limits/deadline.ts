import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../../collection/clock';
import { keepShapes } from '../../runtime/kept-shapes';
import type { FaultLog } from '../fault-log';
import type { ExecutionTimeoutError } from './execution-timeout.error';
import type { SequenceBudget } from './sequence-budget';
import { TimerWaiter, type SharedTimer } from './shared-timer';

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
  readonly timer: SharedTimer;
}

/** What a deadline needs of the execution that it limits. */
export interface DeadlineOwner {
  /** Milliseconds that it has taken, without pauses. */
  elapsedMs(now: number): number;
  /** Ends it, and says with what. */
  expire(expiry: Expiry): ExecutionTimeoutError;
}

type ExpiryListener = (error: ExecutionTimeoutError) => void;

/** The limit of one execution: its own, and for a tool the budget that it shares with the other tools of its agent. */
export class Deadline extends TimerWaiter {
  /** What the execution ended with, once the limit was reached. */
  expired: ExecutionTimeoutError | undefined = undefined;
  private isRunning = false;
  /** Made for the first listener: a result that is neither a promise nor a stream has none. Few have more than one. */
  private listeners: ExpiryListener[] | undefined = undefined;
  /** The async context for listeners that run the user's code: the timer fires in another. */
  private context: AsyncResource | undefined = undefined;

  constructor(
    private readonly owner: DeadlineOwner,
    private readonly ports: DeadlinePorts,
    private readonly limitMs: number,
    private readonly budget: SequenceBudget | undefined,
  ) {
    super();
  }

  /** Starts the clock, also after a pause. With nothing left it expires at once. */
  start(now: number): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.budget?.toolStarts(now);
    if (this.leftMs(now) < TIMER_RESOLUTION_MS) this.expire(now);
  }

  /** Waits for what is left. The time is looked at again when the timer fires, which also serves limits too long for one. */
  arm(): void {
    if (this.isRunning) this.fire(this.ports.clock.now());
  }

  override fire(now: number): void {
    const leftMs = this.leftMs(now);
    if (leftMs < TIMER_RESOLUTION_MS) this.expire(now);
    else if (leftMs !== Infinity) this.ports.timer.wait(this, leftMs, now);
  }

  /** Stops the clock, for a pause. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.ports.timer.release(this);
    this.budget?.toolStops(this.ports.clock.now());
  }

  /** Stops the clock for good. */
  end(): void {
    this.stop();
    if (this.expired === undefined) this.listeners = undefined;
  }

  /** Calls back at the limit, if it is reached; at once, if it has been. */
  onExpire(listener: ExpiryListener): void {
    if (this.expired !== undefined) return listener(this.expired);
    this.context ??= new AsyncResource('nestjs-agent-metrics');
    this.listen(listener);
  }

  /** Rejects a promise at the limit, if it is reached. What waits for the promise has a context of its own. */
  rejectOnExpire(reject: ExpiryListener): void {
    if (this.expired !== undefined) reject(this.expired);
    else this.listen(reject);
  }

  /** Settles like `promise`, or rejects at the limit, whichever comes first. */
  race<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.rejectOnExpire(reject);
      // A stream races with every step: what has settled must not wait for the limit any longer.
      promise.then(
        (value) => (this.forget(reject), resolve(value)),
        (error: unknown) => (this.forget(reject), reject(error as Error)),
      );
    });
  }

  private listen(listener: ExpiryListener): void {
    if (this.listeners === undefined) this.listeners = [listener];
    else this.listeners.push(listener);
  }

  private forget(listener: ExpiryListener): void {
    const place = this.listeners?.indexOf(listener) ?? -1;
    if (place >= 0) this.listeners!.splice(place, 1);
  }

  private leftMs(now: number): number {
    return Math.min(this.ownLeftMs(now), this.sharedLeftMs(now));
  }

  private ownLeftMs(now: number): number {
    return this.limitMs - this.owner.elapsedMs(now);
  }

  private sharedLeftMs(now: number): number {
    return this.budget === undefined ? Infinity : this.budget.leftMs(now);
  }

  private expire(now: number): void {
    const sequence = this.sharedLeftMs(now) < this.ownLeftMs(now);
    const limitMs = sequence ? this.budget!.limitMs : this.limitMs;
    const end = () => this.endAndTell({ limitMs, sequence });
    if (this.context === undefined) end();
    else this.context.runInAsyncScope(end);
  }

  private endAndTell(expiry: Expiry): void {
    // Ending the execution drops its listeners; these are told all the same.
    const told = [...(this.listeners ?? [])];
    const error = this.owner.expire(expiry);
    this.expired = error;
    for (const listener of told) this.ports.faults.guard('limit', () => listener(error));
  }
}

keepShapes(new Deadline({} as DeadlineOwner, {} as DeadlinePorts, 0, undefined));
