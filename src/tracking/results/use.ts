import { keepShapes } from '../../runtime/kept-shapes';
import { runInside, enteredExecution } from '../execution/async-context';
import { earlyStop } from '../execution/abort-reasons';
import { furtherExecutionsOf, type FurtherExecutions } from '../execution/further-executions';
import type { LiveExecution } from '../execution/live-execution';
import type { Follow } from './result-follower';
import { warnUnseen } from './unseen';
import type { Watch } from './watch';

/** Ends what is dropped. What it holds must not reach the key, the object that is used, nor does it. */
const dropped = new FinalizationRegistry<Use>((use) => use.dropped());

/** What was awaited and is not read by then has been given up: a client that left while its answer was prepared. */
const READ_WITHIN_MS = 500;

/**
 * One use of a result, and the executions that end with it: that of the call which returned it, and those of calls around
 * that one which hand it on. At the end it lets go of them.
 */
export class Use implements Watch {
  readonly isReusable = false;
  /** What a limit ended it with. */
  private expired: Error | undefined = undefined;
  private isBegun = false;
  private stopWaiting: (() => void) | undefined = undefined;

  /**
   * @param executions from the inside out, nearly always one
   * @param isSeenInPart whether the result may be read in ways that are not seen
   */
  constructor(
    private executions: LiveExecution[],
    private readonly isSeenInPart = false,
  ) {}

  /** Only a call around those that wait: any other that hands out the same object has nothing to do with its use. */
  join(execution: LiveExecution): boolean {
    const outermost = this.executions.at(-1);
    if (this.isBegun || outermost === undefined || !beganWithin(outermost, execution)) return false;
    this.executions.push(execution);
    return true;
  }

  get begun(): boolean {
    return this.isBegun;
  }

  /** Whether everything has been counted that there was. */
  get over(): boolean {
    return this.executions.length === 0;
  }

  /** What a limit has ended it with, or has not let it begin for. */
  get stoppedBy(): Error | undefined {
    return this.expired ?? this.executions.find(({ refusal }) => refusal !== undefined)?.refusal;
  }

  /** A limit ends it, and with it the calls that hand it on. */
  stop(error: Error): Error {
    this.expired ??= error;
    this.failed(error);
    return error;
  }

  /** Settles when it is known whether it may go on; undefined where there is no need to wait. */
  get admission(): Promise<void> | undefined {
    return this.executions.find(({ admission }) => admission !== undefined)?.admission;
  }

  get isLimited(): boolean {
    return this.executions.some(({ isLimited }) => isLimited);
  }

  /** The innermost execution, inside which the result runs. */
  get execution(): LiveExecution | undefined {
    return this.executions[0];
  }

  /** How to use the same result once more. */
  get further(): FurtherExecutions[] {
    return this.executions.map(furtherExecutionsOf);
  }

  /**
   * The first time, executions that were postponed begin.
   *
   * @param source what the use ends with, should it be dropped
   * @param canWait whether the caller heeds `admission`
   */
  begin(source?: object, canWait = false): this {
    if (this.isBegun) return this;
    this.isBegun = true;
    this.stopWaiting?.();
    dropped.unregister(this);
    // Those around begin first. One may have no time left, or not be allowed to begin any more: what is inside does not begin then.
    for (const execution of this.executions.toReversed()) {
      execution.resume(canWait);
      if (execution.stoppedBy !== undefined) break;
    }
    this.onStop((error) => (this.expired ??= error));
    if (source !== undefined) this.endWhenDropped(source);
    return this;
  }

  /** Its executions are under way, but the object that will end them may be dropped unused. */
  endWhenDropped(source: object): void {
    const { execution } = this;
    if (execution === undefined) return;
    dropped.register(source, this, this);
    if (!this.isBegun) this.stopWaiting ??= execution.host.store.clock.after(READ_WITHIN_MS, () => this.unread());
  }

  /** The object was collected as garbage. */
  dropped(): void {
    if (this.isBegun) this.consumerStopped();
    else this.unread();
  }

  run<Result>(fn: () => Result): Result {
    const { execution } = this;
    return execution === undefined ? fn() : runInside(execution, fn);
  }

  get isRunning(): boolean {
    return this.execution !== undefined && enteredExecution() === this.execution.context;
  }

  /** Calls back when a limit ends it; at once, if one has. */
  onStop(listener: (error: Error) => void): void {
    for (const execution of this.executions) if (execution.isLimited) execution.onStop(listener);
  }

  race<Value>(promise: Promise<Value>): Promise<Value> {
    return this.executions.reduce((raced, execution) => execution.race(raced), promise);
  }

  chunk(chunk: unknown): void {
    for (const execution of this.executions) execution.chunk(chunk);
  }

  /** Its value came, or what is read in its place. What goes on, goes on for the same executions. */
  passedOn(value: unknown, follow: Follow): unknown {
    return this.letGo().reduce(
      (result, execution) => follow(execution, result, execution.isPostponed ? 'returned' : 'awaited'),
      value,
    );
  }

  succeeded(): void {
    for (const execution of this.letGo()) execution.succeeded();
  }

  failed(error: unknown): void {
    for (const execution of this.letGo()) execution.failed(error);
  }

  consumerStopped(): void {
    for (const execution of this.letGo()) execution.consumerStopped();
  }

  /** The consumer has left; why it did, shows in what the source does next. */
  consumerLeft(): void {
    for (const execution of this.executions) execution.stopClock(execution.host.store.clock.now());
  }

  /** The consumer asks it to stop, which it has yet to do. */
  abandoned(): void {
    for (const execution of this.executions) execution.abandon(earlyStop());
  }

  private unread(): void {
    const { execution } = this;
    if (!this.isSeenInPart || execution === undefined) return this.consumerStopped();
    warnUnseen(execution);
    this.succeeded();
  }

  private letGo(): LiveExecution[] {
    const { executions } = this;
    this.stopWaiting?.();
    this.isBegun = true;
    this.executions = [];
    dropped.unregister(this);
    return executions;
  }
}

function beganWithin(inner: LiveExecution, outer: LiveExecution): boolean {
  for (let candidate = inner.parent; candidate !== undefined; candidate = candidate.parent) {
    if (candidate === outer) return true;
  }
  return false;
}

keepShapes(new Use([]));
