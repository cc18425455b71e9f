import type { RunningExecution } from '../collection/collector-ports';
import type { MetricsStore } from '../collection/metrics-store';
import type { LabelSet } from '../collection/series/execution-series';
import { failCall, type CallStyle, type AnyFunction } from './declaring/call-style';
import { agentSpec, type ExecutionSpec } from './declaring/execution-spec';
import type { ExecutionHandle } from './execution-handle';
import { applyInContext, runningExecution, runInContext } from './execution/async-context';
import { ExecutionAccountant } from './execution/execution-accountant';
import { nearestOpenAgent } from './execution/execution-lineage';
import { findClaim, findNamesakeClaim } from './execution/handler-claim';
import { LiveExecution, type Arrival, type ExecutionHost } from './execution/live-execution';
import { describeRunning, RunningExecutions } from './execution/running-executions';
import type { FaultLog } from './fault-log';
import type { ExecutionLimits } from './limits/execution-limits';
import type { Outcome } from './outcomes/outcome';
import type { OutcomeRules } from './outcomes/outcome-rules';
import { followResult } from './results/follow-result';

export interface TrackingOptions {
  readonly asyncContext: boolean;
  readonly measurePayloads: boolean;
}

/** Begins and ends the executions of one application. None of its methods throws because of a fault of ours. */
export class ApplicationTracking implements ExecutionHost {
  private readonly running = new RunningExecutions<LiveExecution>();
  private readonly accountant: ExecutionAccountant;
  private lastReading = 0;
  /**
   * Never begins. V8 throws the code for executions away at each full collection that finds none, and without calls in
   * between there is none: compiling it anew takes longer than many thousand calls.
   */
  protected readonly keptForItsShape: LiveExecution;
  /** Whether the application has closed: what begins now is counted nowhere. */
  closed = false;

  constructor(
    private readonly store: MetricsStore,
    readonly faults: FaultLog,
    readonly outcomeRules: OutcomeRules,
    private readonly limits: ExecutionLimits,
    private readonly options: TrackingOptions,
  ) {
    this.accountant = new ExecutionAccountant(store, faults, options.measurePayloads);
    this.keptForItsShape = new LiveExecution(this, agentSpec({}, '', 'function'), '', 0, undefined);
  }

  get asyncContext(): boolean {
    return this.options.asyncContext;
  }

  get instanceId(): string {
    return this.store.instanceId;
  }

  /** Calls `fn` as an execution and follows what it returns to its end, unless an interceptor counts the call already. */
  call(spec: ExecutionSpec, style: CallStyle, fn: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
    const parent = this.ownRunning();
    const claimed = parent && this.claim(parent, spec, args);
    const execution = claimed ? undefined : this.prepare(spec, style, args, parent);
    if (execution === undefined) return Reflect.apply(fn, self, args);
    if (execution.expired !== undefined) return failCall(style, execution.expired);
    let result: unknown;
    try {
      result = this.asyncContext ? applyInContext(execution, fn, self, args) : Reflect.apply(fn, self, args);
    } catch (error) {
      execution.failed(error);
      throw error;
    }
    const followed = this.follow(execution, result, style === 'async function' ? 'promised' : 'returned');
    if (execution.isLimited) this.faults.guard('limit', () => execution.armLimit());
    return followed;
  }

  get measuresPayloads(): boolean {
    return this.options.measurePayloads;
  }

  run<Result>(execution: LiveExecution, fn: () => Result): Result {
    return this.asyncContext ? runInContext(execution, fn) : fn();
  }

  payloadBytes(execution: LiveExecution, payload: unknown): number {
    return this.accountant.payloadBytes(execution, payload);
  }

  addUsage(execution: LiveExecution, result: unknown): void {
    this.accountant.addUsage(execution, result);
  }

  /** Whether an interceptor further out counts, under the same name, the handler that is about to be called. */
  isIntercepted(spec: ExecutionSpec): boolean {
    return findNamesakeClaim(this.ownRunning(), spec) !== undefined;
  }

  begin(spec: ExecutionSpec, args: readonly unknown[], parent = this.ownRunning()): LiveExecution {
    return this.create(spec, args, parent).begin();
  }

  /** Begins an execution that ends when its handle says so. */
  start(spec: ExecutionSpec, parent: ExecutionHandle | undefined): LiveExecution | undefined {
    return this.faults.guard('begin', () => {
      const own = parent instanceof LiveExecution && parent.tracking === this ? parent : this.ownRunning();
      const execution = this.begin(spec, [], own);
      execution.endByHandle();
      return execution;
    });
  }

  /** Follows a result to its end; returns what the caller gets in its place. */
  follow<Result>(execution: LiveExecution, result: Result, arrival: Arrival): Result {
    try {
      return followResult(execution, result, arrival) as Result;
    } catch (fault) {
      this.faults.report('follow', fault);
      execution.nextUse().succeeded();
      return result;
    }
  }

  /** Starts the clock and the gauges. */
  opened(execution: LiveExecution): void {
    const now = this.now();
    // One that was parked may have been counted before recording was switched off.
    execution.ledger = execution.series = undefined;
    if (this.closed) return;
    this.running.add(execution);
    execution.startClock(now);
    try {
      this.accountant.open(execution);
    } catch (fault) {
      this.faults.report('begin', fault);
    }
    this.limit(execution);
  }

  /** Stops the gauges. */
  leave(execution: LiveExecution): void {
    this.running.remove(execution);
    this.accountant.leave(execution);
  }

  finish(execution: LiveExecution, outcome: Outcome): void {
    this.leave(execution);
    try {
      this.accountant.record(execution, outcome, this.now());
    } catch (fault) {
      this.faults.report('finish', fault);
    }
  }

  nextSerial(): number {
    return this.store.nextSerial();
  }

  /** Where the clock fails, time stands still. */
  now(): number {
    try {
      this.lastReading = this.store.clock.now();
    } catch (fault) {
      this.faults.report('clock', fault);
    }
    return this.lastReading;
  }

  /** Where the clock fails, a limit is never reached. */
  after(delayMs: number, callback: () => void): () => void {
    return this.faults.guard('clock', () => this.store.clock.after(delayMs, callback)) ?? (() => {});
  }

  /** The running execution, if it is one of this application. */
  ownRunning(): LiveExecution | undefined {
    if (!this.asyncContext) return undefined;
    const running = runningExecution();
    return running?.tracking === this ? running : undefined;
  }

  /** Oldest first. */
  listRunning(): RunningExecution[] {
    const now = this.now();
    const wallTime = this.store.clock.wallTime();
    return this.running
      .list()
      .map((execution) => describeRunning(execution, this.store.instanceId, wallTime, now - execution.startedAt));
  }

  /** Executions that began before a reset, or while recording was switched off, are in no gauge. */
  oldestAgesMs(): ReadonlyMap<LabelSet, number> {
    const now = this.now();
    const ages = new Map<LabelSet, number>();
    for (const { ledger, series, startedAt } of this.running.list()) {
      if (series === undefined || ledger !== this.store.ledger || ages.has(series)) continue;
      ages.set(series, Math.max(0, now - startedAt));
    }
    return ages;
  }

  /** What still runs ends as cancelled. */
  close(): void {
    this.closed = true;
    const reason = new DOMException('The application has closed.', 'AbortError');
    for (const execution of this.running.list()) execution.cancelled(reason);
  }

  /** Whether an interceptor counts the call that is about to be made. It can be asked once. */
  private claim(running: LiveExecution, spec: ExecutionSpec, args: readonly unknown[]): boolean {
    const execution = findClaim(running, spec);
    if (execution === undefined) return false;
    execution.claimable = false;
    execution.received(args);
    return true;
  }

  /** A generator function runs nothing when it is called: its execution begins with the first `next`. */
  private prepare(
    spec: ExecutionSpec,
    style: CallStyle,
    args: readonly unknown[],
    parent: LiveExecution | undefined,
  ): LiveExecution | undefined {
    try {
      const execution = this.create(spec, args, parent);
      if (style === 'generator') execution.postpone();
      else this.opened(execution);
      execution.received(args);
      return execution;
    } catch (fault) {
      this.faults.report('begin', fault);
      return undefined;
    }
  }

  private create(spec: ExecutionSpec, args: readonly unknown[], parent: LiveExecution | undefined): LiveExecution {
    let name = spec.fallbackName;
    try {
      name = spec.nameOf(args);
    } catch (fault) {
      this.faults.report('name', fault);
    }
    return new LiveExecution(this, spec, name, this.nextSerial(), parent);
  }

  /** Its own limit, and for a tool the budget that it shares with the other tools of its agent. */
  private limit(execution: LiveExecution): void {
    if (!this.limits.mayLimit(execution.spec)) return;
    this.faults.guard('limit', () => {
      const deadline = this.limits.createDeadline(execution, nearestOpenAgent(execution.parent));
      if (deadline !== undefined) execution.limit(deadline);
    });
  }
}
