import { AgentSeries } from '../collection/execution-series';
import { defaultErrorType, executionId, toNanoseconds } from '../collection/finished-execution';
import type { FinishedExecution } from '../collection/finished-execution';
import type { RecordContext, RunningExecution } from '../collection/metrics-collector';
import type { MetricsStore } from '../collection/metrics-store';
import { liveExecution } from './execution-context';
import type { ExecutionHandle } from './execution-handle';
import type { ExecutionSpec } from './execution-spec';
import type { FaultLog } from './fault-log';
import { LiveExecution } from './live-execution';
import type { Account } from './live-execution';
import type { Outcome } from './outcome';
import { followResult } from './results/follow-result';
import type { Arrival } from './results/follow-result';
import type { Verdicts } from './verdicts';

/** Begins and ends the executions of one application. None of its methods throws because of a fault of ours. */
export class ApplicationTracking {
  private readonly running = new Set<LiveExecution>();
  private lastReading = 0;
  private closed = false;

  constructor(
    private readonly store: MetricsStore,
    readonly faults: FaultLog,
    readonly asyncContext: boolean,
    readonly verdicts: Verdicts,
  ) {}

  get instanceId(): string {
    return this.store.instanceId;
  }

  /** Runs `fn` as an execution and follows what it returns to its end. */
  call<Result>(spec: ExecutionSpec, args: readonly unknown[], fn: () => Result): Result {
    const execution = this.faults.guard('begin', () => this.begin(spec, args));
    if (execution === undefined) return fn();
    let result: Result;
    try {
      result = execution.run(fn);
    } catch (error) {
      execution.failed(error);
      throw error;
    }
    return this.follow(execution, result);
  }

  /** Whether an interceptor counts the call that is about to be made. It can be asked once. */
  claim(spec: ExecutionSpec): boolean {
    const running = this.current();
    if (running === undefined || !running.claimable || running.spec !== spec) return false;
    running.claimable = false;
    return true;
  }

  begin(spec: ExecutionSpec, args: readonly unknown[], parent = this.current()): LiveExecution {
    const name = this.faults.guard('name', () => spec.nameOf(args)) ?? spec.fallbackName;
    return this.enter(new LiveExecution(this, spec, name, parent));
  }

  /** Begins an execution that ends when its handle says so. */
  start(spec: ExecutionSpec, parent: ExecutionHandle | undefined): LiveExecution | undefined {
    return this.faults.guard('begin', () => {
      const own = parent instanceof LiveExecution && parent.tracking === this ? parent : this.current();
      const execution = this.begin(spec, [], own);
      execution.succeedsWhenDone();
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
  enter(execution: LiveExecution): LiveExecution {
    execution.startedAt = this.now();
    if (this.closed) return execution;
    this.running.add(execution);
    if (!this.store.enabled) return execution;
    execution.account = this.faults.guard('begin', () => this.openAccount(execution));
    addInProgress(execution, 1);
    return execution;
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

  /** The running execution, if it is one of this application. */
  current(): LiveExecution | undefined {
    if (!this.asyncContext) return undefined;
    const running = liveExecution();
    return running?.tracking === this ? running : undefined;
  }

  /** What a record made here belongs to. */
  describeContext(): RecordContext | undefined {
    const running = this.current();
    return running && { id: running.sequence, agentId: running.contextAgentId, requestId: running.enclosingRequest };
  }

  /** Oldest first. */
  listRunning(): RunningExecution[] {
    const now = this.now();
    const wallTime = this.store.clock.wallTime();
    return [...this.running].map((execution) => describe(execution, wallTime, now - execution.startedAt));
  }

  /** What still runs ends as cancelled. */
  close(): void {
    this.closed = true;
    const reason = new DOMException('The application has closed.', 'AbortError');
    for (const execution of this.running) execution.cancelled(reason);
  }

  private openAccount({ spec, name, agentId }: LiveExecution): Account {
    const { ledger, names } = this.store;
    if (spec.kind === 'tool') {
      if (spec.declaredName !== undefined) names.addTool(spec.declaredName, spec.agent);
      return { ledger, series: ledger.toolSeries(agentId, name) };
    }
    if (spec.declaredName !== undefined) names.addAgent(spec.declaredName, spec.displayName ?? spec.declaredName);
    if (spec.displayName !== undefined) ledger.renameAgent(name, spec.displayName);
    return { ledger, series: ledger.agentSeries(name) };
  }

  private record(execution: LiveExecution, outcome: Outcome): void {
    const { account } = execution;
    if (account === undefined || !this.store.enabled) return;
    const { ledger, series } = account;
    const finished = this.finished(execution, outcome);
    if (series instanceof AgentSeries) ledger.addAgentExecution(finished, series);
    else ledger.addToolExecution(finished, series);
    if (ledger === this.store.ledger) this.store.touch();
  }

  private finished(execution: LiveExecution, { status, errorType }: Outcome): FinishedExecution {
    const { startedAt, firstChunkAt } = execution;
    return {
      id: execution.sequence,
      parentId: execution.parentSequence,
      requestId: execution.requestSequence,
      kind: execution.kind,
      agentId: execution.agentId,
      toolName: execution.kind === 'tool' ? execution.name : undefined,
      status,
      errorType: errorType ?? defaultErrorType(status),
      endTime: this.store.clock.wallTime(),
      durationNs: toNanoseconds(execution.elapsed(this.now())),
      retries: execution.retries,
      inputBytes: 0,
      outputBytes: 0,
      chunks: execution.chunks,
      firstChunkNs: firstChunkAt === undefined ? undefined : toNanoseconds(Math.max(0, firstChunkAt - startedAt)),
    };
  }
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
    startTime: new Date(wallTime - ageMs),
    ageSeconds: ageMs / 1_000,
  };
}
