import type { Deadline } from '../limits/deadline';
import type { ExecutionTimeoutError } from '../limits/execution-timeout.error';
import { Pauses } from './pauses';

/** The time of one execution: how long it has taken, and how long it may take. Readings of the clock come from outside. */
export abstract class TimedExecution {
  /** On the clock's scale. A fraction from the beginning: as a whole number it would be of another shape for V8. */
  startedAt = NaN;
  /** Set where its outcome is known only after its time is over, and at the end of a root. */
  private stoppedAt: number | undefined = undefined;
  private deadline: Deadline | undefined = undefined;
  /** Made by the first: most have none. */
  private pauses: Pauses | undefined = undefined;

  protected abstract readonly ended: boolean;

  /** Milliseconds since the start, without pauses; never negative, though clocks may be set in tests. */
  elapsedMs(now: number): number {
    const end = this.endAt(now);
    return Math.max(0, end - this.startedAt - this.pausedMs(end));
  }

  pausedMs(now: number): number {
    return this.pauses === undefined ? 0 : this.pauses.elapsedMs(now);
  }

  /** Starts the clock of an execution that begins. */
  startClock(now: number): void {
    this.startedAt = now;
    this.pauses?.restart(now);
  }

  /** When it took no more time, now at the latest. */
  protected endAt(now: number): number {
    return this.stoppedAt === undefined ? now : Math.min(now, this.stoppedAt);
  }

  /** Takes no more time, though it has yet to end. */
  stopClock(now: number): void {
    this.stoppedAt = this.endAt(now);
  }

  /** NaN if it was not written down. */
  get endedAt(): number {
    return this.stoppedAt ?? NaN;
  }

  /** Gives it a limit. With nothing left it is expired at once. */
  limit(deadline: Deadline): void {
    this.deadline = deadline;
    deadline.start(this.startedAt);
  }

  /** Waits for the limit, once the call has returned: what is synchronous cannot be interrupted, and is not. */
  armLimit(): void {
    this.deadline?.arm();
  }

  protected get hasDeadline(): boolean {
    return this.deadline !== undefined;
  }

  /** What a limit ended it with. */
  get expired(): ExecutionTimeoutError | undefined {
    return this.deadline?.expired;
  }

  /** Calls back at the limit, if there is one and it is reached; at once, if it has been. */
  onStop(listener: (error: Error) => void): void {
    if (!this.ended || this.expired !== undefined) this.deadline?.onExpire(listener);
  }

  /** Rejects at the limit, if there is one and it is reached. */
  rejectOnExpire(reject: (error: Error) => void): void {
    this.deadline?.rejectOnExpire(reject);
  }

  /** Settles like `promise`, or rejects at the limit, whichever comes first. */
  race<Value>(promise: Promise<Value>): Promise<Value> {
    return this.deadline === undefined ? promise : this.deadline.race(promise);
  }

  get isPaused(): boolean {
    return this.pauses?.isRunning ?? false;
  }

  pauseClock(now: number): void {
    this.pauses ??= new Pauses();
    if (this.pauses.begin(now)) this.deadline?.stop();
  }

  resumeClock(now: number): void {
    if (this.pauses === undefined || !this.pauses.end(now) || this.ended) return;
    this.deadline?.start(now);
    this.deadline?.arm();
  }

  /** Stops the limit of one that is taken back. */
  protected stopLimit(): void {
    this.deadline?.stop();
  }

  /** Stops the limit for good. */
  protected endLimit(): void {
    this.deadline?.end();
  }
}
