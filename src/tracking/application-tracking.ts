import type { Labelled } from '../collection/execution-series';
import { executionId } from '../collection/finished-execution';
import type { RecordContext, RunningExecution } from '../collection/collector-surroundings';
import type { MetricsStore } from '../collection/metrics-store';
import { failCall } from './call-style';
import type { CallStyle } from './call-style';
import { Deadline } from './deadline';
import type { DeadlineOwner } from './deadline';
import { ExecutionAccountant, modelCallOf } from './execution-accountant';
import { liveExecution } from './execution-context';
import type { ExecutionHandle } from './execution-handle';
import type { ExecutionLimits } from './execution-limits';
import type { ExecutionSpec } from './execution-spec';
import type { FaultLog } from './fault-log';
import { liveAgent } from './execution-lineage';
import { LiveExecution } from './live-execution';
import type { Outcome } from './outcome';
import { followResult } from './results/follow-result';
import type { Arrival } from './results/follow-result';
import type { Verdicts } from './verdicts';

export interface TrackingOptions {
  readonly asyncContext: boolean;
  readonly measurePayloads: boolean;
}

/** A handler can be an agent and a tool; what stands between it and either interceptor is the other, twice. */
const CLAIMABLE_LEVELS = 3;

const isSame = (one: ExecutionSpec, other: ExecutionSpec) => one === other;
const isNamesake = (one: ExecutionSpec, other: ExecutionSpec) =>
  one.kind === other.kind && one.declaredName === other.declaredName;

/** Begins and ends the executions of one application. None of its methods throws because of a fault of ours. */
export class ApplicationTracking {
  private readonly running = new Set<LiveExecution>();
  readonly accountant: ExecutionAccountant;
  private lastReading = 0;
  /** Whether the application has closed: what begins now is counted nowhere. */
  closed = false;

  constructor(
    private readonly store: MetricsStore,
    readonly faults: FaultLog,
    readonly verdicts: Verdicts,
    private readonly limits: ExecutionLimits,
    private readonly options: TrackingOptions,
  ) {
    this.accountant = new ExecutionAccountant(store, faults, options.measurePayloads);
  }

  get asyncContext(): boolean {
    return this.options.asyncContext;
  }

  get instanceId(): string {
    return this.store.instanceId;
  }

  /** Runs `fn` as an execution and follows what it returns to its end. */
  call<Result>(spec: ExecutionSpec, args: readonly unknown[], fn: () => Result, style: CallStyle): Result {
    const execution = this.faults.guard('begin', () => this.prepare(spec, args, style));
    if (execution === undefined) return fn();
    if (execution.expired !== undefined) return failCall(style, execution.expired) as Result;
    let result: Result;
    try {
      result = execution.run(fn);
    } catch (error) {
      execution.failed(error);
      throw error;
    }
    const followed = this.follow(execution, result);
    this.faults.guard('limit', () => execution.armClock());
    return followed;
  }

  /** Whether an interceptor counts the call that is about to be made. It can be asked once. */
  claim(spec: ExecutionSpec, args: readonly unknown[]): boolean {
    const execution = this.findClaimable(spec, isSame);
    if (execution === undefined) return false;
    execution.claimable = false;
    this.measureInput(execution, args);
    return true;
  }

  /** Whether an interceptor further out counts, under the same name, the handler that is about to be called. */
  isIntercepted(spec: ExecutionSpec): boolean {
    return this.findClaimable(spec, isNamesake) !== undefined;
  }

  begin(spec: ExecutionSpec, args: readonly unknown[], parent = this.current()): LiveExecution {
    return this.create(spec, args, parent).begin();
  }

  /** Begins an execution that ends when its handle says so. */
  start(spec: ExecutionSpec, parent: ExecutionHandle | undefined): LiveExecution | undefined {
    return this.faults.guard('begin', () => {
      const own = parent instanceof LiveExecution && parent.tracking === this ? parent : this.current();
      const execution = this.begin(spec, [], own);
      execution.endByHandle();
      return execution;
    });
  }

  /** Follows a result to its end; returns what the caller gets in its place. */
  follow<Result>(execution: LiveExecution, result: Result, arrival: Arrival = 'returned'): Result {
    try {
      return followResult(execution, result, arrival) as Result;
    } catch (fault) {
      this.faults.report('follow', fault);
      execution.enter().succeeded();
      return result;
    }
  }

  /** Starts the clock and the gauges. */
  enter(execution: LiveExecution): void {
    const now = this.now();
    // One that was parked may have been counted before recording was switched off.
    execution.account = undefined;
    if (this.closed) return;
    this.running.add(execution);
    this.faults.guard('begin', () => this.accountant.open(execution));
    this.faults.guard('limit', () => execution.startClock(now));
  }

  /** The limit of an execution that begins, if it has one. */
  createDeadline(execution: LiveExecution): Deadline | undefined {
    const { spec, name, parent } = execution;
    const limitMs = this.limits.limitOf(spec, name);
    const { sequenceMs } = this.limits;
    const agent = spec.kind === 'tool' && sequenceMs !== Infinity ? liveAgent(parent) : undefined;
    if (limitMs === Infinity && agent === undefined) return undefined;
    return new Deadline(this.ownerOf(execution), limitMs, agent?.sequenceBudget(sequenceMs));
  }

  /** Stops the gauges. */
  leave(execution: LiveExecution): void {
    this.running.delete(execution);
    this.accountant.leave(execution);
  }

  finish(execution: LiveExecution, outcome: Outcome): void {
    this.leave(execution);
    this.faults.guard('finish', () => this.accountant.record(execution, outcome, this.now()));
  }

  /** A number for an execution, and for the requests among them. */
  nextSequence(): number {
    return this.store.nextId();
  }

  /** Where the clock fails, time stands still. */
  now(): number {
    const reading = this.faults.guard('clock', () => this.store.clock.now());
    return reading === undefined ? this.lastReading : (this.lastReading = reading);
  }

  /** Where the clock fails, a limit is never reached. */
  private after(delayMs: number, callback: () => void): () => void {
    return this.faults.guard('clock', () => this.store.clock.after(delayMs, callback)) ?? (() => {});
  }

  /** The running execution, if it is one of this application. */
  current(): LiveExecution | undefined {
    if (!this.asyncContext) return undefined;
    const running = liveExecution();
    return running?.tracking === this ? running : undefined;
  }

  /** What a record made here belongs to. */
  describeContext(): RecordContext | undefined {
    const running = this.current();
    return (
      running && {
        id: running.sequence,
        agentId: running.contextAgentId,
        requestId: running.requestSequence,
        enclosingRequestId: running.enclosingRequest,
        modelCall: modelCallOf(running),
      }
    );
  }

  /** Oldest first. */
  listRunning(): RunningExecution[] {
    const now = this.now();
    const wallTime = this.store.clock.wallTime();
    return [...this.running].map((execution) => describe(execution, wallTime, now - execution.watch.startedAt));
  }

  /** Executions that began before a reset, or while recording was switched off, are in no gauge. */
  oldestAgesMs(): ReadonlyMap<Labelled, number> {
    const now = this.now();
    const ages = new Map<Labelled, number>();
    for (const { account, watch } of this.running) {
      if (account?.ledger !== this.store.ledger || ages.has(account.series)) continue;
      ages.set(account.series, Math.max(0, now - watch.startedAt));
    }
    return ages;
  }

  /** What still runs ends as cancelled. */
  close(): void {
    this.closed = true;
    const reason = new DOMException('The application has closed.', 'AbortError');
    for (const execution of this.running) execution.cancelled(reason);
  }

  /** A generator function runs nothing when it is called: its execution begins with the first `next`. */
  private prepare(spec: ExecutionSpec, args: readonly unknown[], style: CallStyle): LiveExecution {
    const execution = this.create(spec, args, this.current());
    if (style === 'generator') execution.park();
    else this.enter(execution);
    this.measureInput(execution, args);
    return execution;
  }

  private measureInput(execution: LiveExecution, args: readonly unknown[]): void {
    for (const argument of args) execution.inputBytes += this.accountant.measure(execution, argument);
  }

  private create(spec: ExecutionSpec, args: readonly unknown[], parent: LiveExecution | undefined): LiveExecution {
    const name = this.faults.guard('name', () => spec.nameOf(args)) ?? spec.fallbackName;
    return new LiveExecution(this, spec, name, parent);
  }

  private ownerOf(execution: LiveExecution): DeadlineOwner {
    return {
      now: () => this.now(),
      after: (delayMs, callback) => this.after(delayMs, callback),
      elapsedMs: () => execution.watch.elapsed(this.now()),
      expire: (expiry) => execution.expire(expiry),
      guard: (step) => this.faults.guard('limit', step),
    };
  }

  private findClaimable(
    spec: ExecutionSpec,
    matches: (one: ExecutionSpec, other: ExecutionSpec) => boolean,
  ): LiveExecution | undefined {
    let candidate = this.current();
    for (let level = 0; level < CLAIMABLE_LEVELS && candidate !== undefined; level += 1) {
      if (candidate.claimable && matches(candidate.spec, spec)) return candidate;
      candidate = candidate.parent;
    }
    return undefined;
  }
}

function describe(execution: LiveExecution, wallTime: number, ageMs: number): RunningExecution {
  const { tracking, parentSequence, requestSequence, kind, name } = execution;
  return {
    id: execution.id,
    parentId: executionId(tracking.instanceId, parentSequence),
    requestId: executionId(tracking.instanceId, requestSequence),
    kind,
    agentId: execution.agentId,
    toolName: kind === 'tool' ? name : undefined,
    model: kind === 'model' ? name : undefined,
    startTime: new Date(wallTime - ageMs),
    ageSeconds: ageMs / 1_000,
  };
}
