import { findModelFault } from '../collection/execution-records';
import { ModelSeries } from '../collection/execution-series';
import { defaultErrorType, executionId, toNanoseconds } from '../collection/finished-execution';
import type { FinishedExecution } from '../collection/finished-execution';
import type { RecordContext, RunningExecution } from '../collection/metrics-collector';
import type { MetricsStore } from '../collection/metrics-store';
import { completeTokens } from '../collection/token-usage';
import { failCall } from './call-style';
import type { CallStyle } from './call-style';
import { Deadline } from './deadline';
import type { Expiry } from './deadline';
import { liveExecution } from './execution-context';
import type { ExecutionHandle } from './execution-handle';
import type { ExecutionLimits } from './execution-limits';
import type { ExecutionSpec, ModelUsage } from './execution-spec';
import type { FaultLog } from './fault-log';
import { liveAgent, LiveExecution } from './live-execution';
import type { Account } from '../collection/metrics-store';
import type { Outcome } from './outcome';
import { payloadBytes } from './payload-size';
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
  private lastReading = 0;
  /** Whether the application has closed: what begins now is counted nowhere. */
  closed = false;

  constructor(
    private readonly store: MetricsStore,
    readonly faults: FaultLog,
    readonly verdicts: Verdicts,
    private readonly limits: ExecutionLimits,
    private readonly options: TrackingOptions,
  ) {}

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
  claim(spec: ExecutionSpec): boolean {
    const execution = this.findClaimable(spec, isSame);
    if (execution !== undefined) execution.claimable = false;
    return execution !== undefined;
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
    if (this.store.enabled) execution.account = this.faults.guard('begin', () => this.openAccount(execution));
    addInProgress(execution, 1);
    this.faults.guard('limit', () => execution.startClock(now));
  }

  /** The limit of an execution that begins, if it has one. */
  createDeadline(execution: LiveExecution, onExpire: (expiry: Expiry) => void): Deadline | undefined {
    const { spec, name, parent, watch } = execution;
    const limitMs = this.limits.limitOf(spec, name);
    const { sequenceMs } = this.limits;
    const agent = spec.kind === 'tool' && sequenceMs !== Infinity ? liveAgent(parent) : undefined;
    if (limitMs === Infinity && agent === undefined) return undefined;
    const elapsedMs = () => watch.elapsed(this.now());
    return new Deadline(this, limitMs, agent?.sequenceBudget(sequenceMs), elapsedMs, onExpire);
  }

  /** The size of a payload, where it is to be measured. */
  measure({ spec }: LiveExecution, payload: unknown): number {
    return this.options.measurePayloads && spec.kind === 'tool' ? payloadBytes(payload) : 0;
  }

  /** Counts the tokens that a model call reports in its result. */
  addUsage({ spec, account }: LiveExecution, result: unknown): void {
    const { usage } = spec;
    if (usage === undefined || !(account?.series instanceof ModelSeries) || !this.store.enabled) return;
    this.faults.guard('usage', () => {
      const reported = usage(result);
      const count = (tokens: ModelUsage | undefined) => this.countUsage(account.series as ModelSeries, tokens);
      if (!isPromiseLike(reported)) count(reported);
      else void reported.then(count, (fault: unknown) => this.faults.report('usage', fault));
    });
  }

  private countUsage(series: ModelSeries, reported: ModelUsage | undefined): void {
    if (reported === undefined || reported === null) return;
    const { model, provider } = series;
    const fault = findModelFault({ ...reported, model });
    if (fault !== undefined) {
      return this.faults.warnOnce('usage', `The option "usage" returned an invalid ${fault.field}; it was dropped.`);
    }
    const tokens = completeTokens(reported);
    series.tokens.add(tokens, reported.costUsd ?? this.store.prices.costOf(tokens, model, provider || undefined));
  }

  /** Stops the gauges. */
  leave(execution: LiveExecution): void {
    this.running.delete(execution);
    addInProgress(execution, -1);
  }

  finish(execution: LiveExecution, outcome: Outcome): void {
    this.leave(execution);
    this.faults.guard('finish', () => this.record(execution, outcome));
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
  after(delayMs: number, callback: () => void): () => void {
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
        requestId: running.enclosingRequest,
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
    for (const argument of args) execution.inputBytes += this.measure(execution, argument);
    return execution;
  }

  private create(spec: ExecutionSpec, args: readonly unknown[], parent: LiveExecution | undefined): LiveExecution {
    const name = this.faults.guard('name', () => spec.nameOf(args)) ?? spec.fallbackName;
    return new LiveExecution(this, spec, name, parent);
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

  private openAccount({ spec, name, agentId }: LiveExecution): Account {
    const { ledger, names } = this.store;
    if (spec.kind === 'model') return { ledger, series: ledger.series.model(agentId, name, spec.provider ?? '') };
    if (spec.kind === 'tool') {
      if (spec.declaredName !== undefined) names.addTool(spec.declaredName, spec.agent);
      return { ledger, series: ledger.series.tool(agentId, name) };
    }
    if (spec.declaredName !== undefined) names.addAgent(spec.declaredName, spec.displayName ?? spec.declaredName);
    if (spec.displayName !== undefined) ledger.series.nameAgent(name, spec.displayName);
    return { ledger, series: ledger.series.agent(name) };
  }

  private record(execution: LiveExecution, outcome: Outcome): void {
    const { account } = execution;
    if (account === undefined || !this.store.enabled) return;
    const now = this.now();
    this.store.add(this.finished(execution, outcome, now), account, now);
  }

  private finished(
    execution: LiveExecution,
    { status, errorType, errorMessage }: Outcome,
    now: number,
  ): FinishedExecution {
    const { watch, firstChunkMs } = execution;
    return {
      id: execution.sequence,
      parentId: execution.parentSequence,
      requestId: execution.requestSequence,
      kind: execution.kind,
      agentId: execution.agentId,
      toolName: execution.kind === 'tool' ? execution.name : undefined,
      model: execution.kind === 'model' ? execution.name : undefined,
      status,
      errorType: errorType ?? defaultErrorType(status),
      errorMessage,
      endTime: this.store.clock.wallTime(),
      durationNs: toNanoseconds(watch.elapsed(now)),
      retries: execution.retries,
      inputBytes: execution.inputBytes,
      outputBytes: execution.outputBytes,
      chunks: execution.chunks,
      firstChunkNs: firstChunkMs === undefined ? undefined : toNanoseconds(firstChunkMs),
      traceId: undefined,
    };
  }
}

function modelCallOf({ name, account }: LiveExecution): RecordContext['modelCall'] {
  const series = account?.series;
  if (!(series instanceof ModelSeries)) return undefined;
  return { model: name, addTokens: (tokens, costUsd) => series.tokens.add(tokens, costUsd) };
}

function addInProgress({ account, sequence, requestSequence }: LiveExecution, change: 1 | -1): void {
  if (account === undefined) return;
  account.series.inProgress += change;
  if (requestSequence === sequence) account.ledger.requests.inProgress += change;
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

function isPromiseLike<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as Partial<PromiseLike<Value>> | undefined)?.then === 'function';
}
