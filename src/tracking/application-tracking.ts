import { defaultErrorType, executionId, toNanoseconds } from '../collection/finished-execution';
import type { FinishedExecution } from '../collection/finished-execution';
import type { RecordContext, RunningExecution } from '../collection/metrics-collector';
import type { MetricsStore } from '../collection/metrics-store';
import { liveExecution, runInContext } from './execution-context';
import type { ExecutionSpec } from './execution-spec';
import type { FaultLog } from './fault-log';
import { LiveExecution } from './live-execution';
import type { Account } from '../collection/metrics-store';
import type { Outcome } from './outcome';
import { followResult } from './results/follow-result';
import type { Arrival } from './results/follow-result';

/** Begins and ends the executions of one application. None of its methods throws because of a fault of ours. */
export class ApplicationTracking {
  private readonly running = new Set<LiveExecution>();

  constructor(
    private readonly store: MetricsStore,
    private readonly faults: FaultLog,
    readonly asyncContext: boolean,
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
      result = this.runInside(execution, fn);
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

  /** Follows a result to its end; returns what the caller gets in its place. */
  follow<Result>(execution: LiveExecution, result: Result, arrival: Arrival = 'returned'): Result {
    try {
      return followResult(execution, result, arrival) as Result;
    } catch (fault) {
      this.faults.report('follow', fault);
      execution.succeeded();
      return result;
    }
  }

  /** Starts the clock and the gauges. */
  enter(execution: LiveExecution): LiveExecution {
    execution.startedAt = this.now();
    this.running.add(execution);
    if (!this.store.enabled) return execution;
    execution.account = this.openAccount(execution);
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

  now(): number {
    return this.faults.guard('clock', () => this.store.clock.now()) ?? 0;
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
        modelCall: undefined,
      }
    );
  }

  /** Oldest first. */
  listRunning(): RunningExecution[] {
    const now = this.now();
    const wallTime = this.store.clock.wallTime();
    return [...this.running].map((execution) => describe(execution, wallTime, now - execution.startedAt));
  }

  /** What still runs ends as cancelled. */
  close(): void {
    const reason = new DOMException('The application has closed.', 'AbortError');
    for (const execution of this.running) execution.cancelled(reason);
  }

  /** A fault of ours before `fn` runs must not keep it from running, and one of `fn` must stay one of `fn`. */
  private runInside<Result>(execution: LiveExecution, fn: () => Result): Result {
    if (!this.asyncContext) return fn();
    let entered = false;
    try {
      return runInContext(execution, () => {
        entered = true;
        return fn();
      });
    } catch (error) {
      if (entered) throw error;
      this.faults.report('context', error);
      return fn();
    }
  }

  private openAccount({ spec, name, agentId }: LiveExecution): Account {
    const { ledger, names } = this.store;
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

  private finished(execution: LiveExecution, { status, errorType }: Outcome, now: number): FinishedExecution {
    const { startedAt, firstChunkAt } = execution;
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
      errorMessage: undefined,
      endTime: this.store.clock.wallTime(),
      durationNs: toNanoseconds(execution.elapsed(now)),
      retries: execution.retries,
      inputBytes: 0,
      outputBytes: 0,
      chunks: execution.chunks,
      firstChunkNs: firstChunkAt === undefined ? undefined : toNanoseconds(Math.max(0, firstChunkAt - startedAt)),
      traceId: undefined,
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
    model: kind === 'model' ? name : undefined,
    startTime: new Date(wallTime - ageMs),
    ageSeconds: ageMs / 1_000,
  };
}
