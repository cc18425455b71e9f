import type { EnclosingExecution } from '../../collection/collector-ports';
import type { ActiveSpan } from '../../collection/executions/active-span';
import { ExecutionMeasures } from '../../collection/executions/execution-measures';
import { isExecutionStatus, type ExecutionStatus } from '../../collection/executions/execution-status';
import { executionId, toNanoseconds, type ExecutionIdentity } from '../../collection/executions/finished-execution';
import type { Ledger } from '../../collection/ledger';
import type { CountedSeries } from '../../collection/metrics-store';
import type { AnyFunction, CallStyle } from '../declaring/call-style';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { ExecutionHandle } from '../execution-handle';
import type { FaultLog } from '../fault-log';
import type { Expiry } from '../limits/deadline';
import { ExecutionTimeoutError } from '../limits/execution-timeout.error';
import { SequenceBudget } from '../limits/sequence-budget';
import { type Outcome, CANCELLED, SUCCESS } from '../outcomes/outcome';
import type { OutcomeRules } from '../outcomes/outcome-rules';
import { nearestOpen, nearestOpenAgent, openAncestors } from './execution-lineage';
import { ExecutionSignal } from './execution-signal';
import type { Listed } from './running-executions';
import { TimedExecution } from './timed-execution';

/** What an execution asks of the application in which it runs, and what others ask of that through it. */
export interface ExecutionHost {
  readonly asyncContext: boolean;
  readonly instanceId: string;
  readonly measuresPayloads: boolean;
  readonly closed: boolean;
  readonly faults: FaultLog;
  readonly outcomeRules: OutcomeRules;
  call(spec: ExecutionSpec, style: CallStyle, fn: AnyFunction, self: unknown, args: readonly unknown[]): unknown;
  run<Result>(execution: LiveExecution, fn: () => Result): Result;
  opened(execution: LiveExecution): void;
  leave(execution: LiveExecution): void;
  finish(execution: LiveExecution, outcome: Outcome): void;
  follow<Result>(execution: LiveExecution, result: Result, arrival: Arrival): Result;
  payloadBytes(execution: LiveExecution, payload: unknown): number;
  addUsage(execution: LiveExecution, result: unknown): void;
  ownRunning(): LiveExecution | undefined;
  nextSerial(): number;
  now(): number;
  after(delayMs: number, callback: () => void): () => void;
}

/**
 * Where a result comes from: it is what the call returned, the promise of an async function, or what was awaited from a
 * promise.
 */
export type Arrival = 'returned' | 'promised' | 'awaited';

/** What an execution has from the one in which it began. */
interface Origin {
  readonly serial: number;
  readonly requestSerial: number | undefined;
  readonly callSerial: number;
  readonly contextAgentId: string | undefined;
}

/**
 * How far an execution has come: it runs; it has been taken back, because what the call returned runs only when somebody
 * asks it to; somebody has asked; it is over.
 */
type Stage = 'begun' | 'postponed' | 'used' | 'ended';

/** One execution from its beginning to its end. */
export class LiveExecution
  extends TimedExecution
  implements ExecutionHandle, ExecutionIdentity, EnclosingExecution, Listed<LiveExecution>
{
  readonly parentSerial: number | undefined;
  readonly requestSerial: number | undefined;
  /** The agent under which the tools that it calls are counted. */
  readonly contextAgentId: string | undefined;
  /** The first execution of the call of which this one is a further use; itself, if it is the first. */
  callSerial: number;
  /** The active OpenTelemetry span as it began. */
  span: ActiveSpan | undefined = undefined;
  /** Undefined as long as there is nothing to measure. */
  measures: ExecutionMeasures | undefined = undefined;
  /** Undefined while recording is switched off, as is the series. */
  ledger: Ledger | undefined = undefined;
  series: CountedSeries | undefined = undefined;
  older: LiveExecution | undefined = undefined;
  newer: LiveExecution | undefined = undefined;
  /** Begun by an interceptor: the handler's own decorator joins it and counts nothing. */
  claimable = false;
  private readonly parentCallSerial: number | undefined;
  private stage: Stage = 'begun';
  private deferrals = 0;
  /** What was returned has come to its end; only `defer` can keep the execution open now. */
  private delivered = false;
  private endsByHandle = false;
  private verdict: Outcome | undefined = undefined;
  private budget: SequenceBudget | undefined = undefined;
  private signalling: ExecutionSignal | undefined = undefined;

  constructor(
    readonly tracking: ExecutionHost,
    readonly spec: ExecutionSpec,
    readonly name: string,
    readonly serial: number,
    public parent: LiveExecution | undefined,
    origin: Origin | undefined = parent,
  ) {
    super();
    const isAgent = spec.kind === 'agent';
    this.callSerial = serial;
    this.parentSerial = origin?.serial;
    this.parentCallSerial = origin?.callSerial;
    this.requestSerial = isAgent ? (parent?.enclosingRequest ?? serial) : origin?.requestSerial;
    this.contextAgentId = isAgent ? name : origin?.contextAgentId;
  }

  get id(): string {
    return executionId(this.tracking.instanceId, this.serial);
  }

  get kind() {
    return this.spec.kind;
  }

  /** The agent under which it is counted. */
  get agentId(): string | undefined {
    return this.spec.agent ?? this.contextAgentId;
  }

  /** Chunks that it has delivered so far. */
  get chunks(): number {
    return this.measures?.chunks ?? 0;
  }

  get ended() {
    return this.stage === 'ended';
  }

  /** The request of the nearest agent that still runs: what an agent that begins here is a part of. */
  get enclosingRequest(): number | undefined {
    return nearestOpenAgent<LiveExecution>(this)?.requestSerial;
  }

  /** Also aborts with the execution around this one: whoever gives up on an agent gives up on its tools. */
  get signal(): AbortSignal {
    this.signalling ??= new ExecutionSignal();
    return this.signalling.get(() => nearestOpen(this.parent)?.signal);
  }

  run<Result>(fn: () => Result): Result {
    return this.tracking.run(this, fn);
  }

  recordRetry(): void {
    if (!this.ended) this.measure().retries += 1;
  }

  fail(error: unknown): void {
    if (!this.ended) this.verdict ??= this.tracking.outcomeRules.ofError(error);
  }

  defer(): (error?: unknown) => void {
    let pending = true;
    this.deferrals += 1;
    return (error) => {
      if (!pending) return;
      pending = false;
      this.deferrals -= 1;
      // Callbacks of Node pass null for no error.
      if (error !== undefined && error !== null) this.failed(error);
      else if (this.delivered) this.succeeded();
    };
  }

  /** What waits on a human in an execution waits in those around it, too. */
  pause(): () => void {
    let pausing = true;
    const paused = [...openAncestors<LiveExecution>(this)];
    for (const execution of paused) execution.pauseClock(this.tracking.now());
    return () => {
      if (!pausing) return;
      pausing = false;
      for (const execution of paused) execution.resumeClock(this.tracking.now());
    };
  }

  end(status: ExecutionStatus = 'success'): void {
    const { faults } = this.tracking;
    if (!this.endsByHandle) {
      return faults.warnOnce('end', 'end() ends what ExecutionTracker.start began; a function ends by itself.');
    }
    const isKnown = isExecutionStatus(status);
    if (!isKnown) faults.warnOnce('end status', 'end() was called with an unknown status; it counts as error.');
    this.finish(this.verdict ?? { status: isKnown ? status : 'error', errorType: undefined });
  }

  /** There is no function to wait for: the handle ends it, or what is deferred does. */
  endByHandle(): void {
    this.endsByHandle = true;
    this.delivered = true;
  }

  /** Counts a chunk that a stream delivered. */
  chunk(chunk: unknown, at?: number): void {
    if (this.ended) return;
    const { tracking } = this;
    const measures = this.measure();
    measures.chunks += 1;
    measures.outputBytes += tracking.payloadBytes(this, chunk);
    if (!Number.isNaN(measures.firstChunkNs) || !this.isFirst(chunk)) return;
    measures.firstChunkNs = toNanoseconds(this.elapsedMs(at ?? tracking.now()));
  }

  /** The call came to its end with this value. */
  returned(value: unknown): void {
    if (this.ended) return;
    const { tracking } = this;
    if (tracking.measuresPayloads) this.measure().outputBytes += tracking.payloadBytes(this, value);
    if (this.spec.usage !== undefined) tracking.addUsage(this, value);
    this.verdict ??= tracking.outcomeRules.ofResult(value, this);
    this.succeeded();
  }

  /** Counts what it was given. */
  received(args: readonly unknown[]): void {
    // What a limit has ended before it began took nothing in, and is not changed any more.
    if (this.tracking.measuresPayloads && !this.ended) this.measureInput(args);
  }

  /** The function, or what it returned, came to its end. */
  succeeded(): void {
    this.delivered = true;
    if (this.deferrals === 0) this.finish(this.verdict ?? SUCCESS);
  }

  failed(error: unknown): void {
    if (!this.ended) this.finish(this.verdict ?? this.tracking.outcomeRules.ofError(error));
  }

  /** The consumer of a stream wants no more of it. Nothing follows from that once it has had everything. */
  consumerStopped(): void {
    if (!this.delivered) this.cancelled(earlyStop());
  }

  /** Nobody wants the result any more, though the execution has yet to come to its end. */
  abandon(reason: unknown): void {
    if (!this.ended) this.abort(reason);
  }

  /** The consumer stopped early, or the application closes. */
  cancelled(reason: unknown): void {
    this.abandon(reason);
    this.finish(this.verdict ?? CANCELLED);
  }

  /** Ends it at a limit. */
  expire({ limitMs, sequence }: Expiry): ExecutionTimeoutError {
    const error = new ExecutionTimeoutError(this.kind, this.name, limitMs, sequence);
    this.finish({ status: 'timeout', errorType: error.name });
    this.abort(error);
    return error;
  }

  /** What the tools of this agent have together. */
  sequenceBudget(limitMs: number): SequenceBudget {
    return (this.budget ??= new SequenceBudget(limitMs));
  }

  /**
   * Takes the execution back, because what the call returned has not begun: a generator before its first `next`, an
   * Observable before it is subscribed to.
   */
  postpone(): void {
    if (this.stage !== 'begun') return;
    this.stage = 'postponed';
    this.stopLimit();
    this.tracking.leave(this);
  }

  /** The execution of one use of a result: this one for the first, one of its own for every further. */
  nextUse(): LiveExecution {
    if (this.stage === 'used' || this.ended) return this.furtherUse().begin();
    const isPostponed = this.stage === 'postponed';
    this.stage = 'used';
    return isPostponed ? this.begin() : this;
  }

  /** Begins while the caller does something else. */
  begin(): LiveExecution {
    this.tracking.opened(this);
    this.armLimit();
    return this;
  }

  /** It begins where this one did: in the parent's own call, or in the further use of it that is running. */
  private furtherUse(): LiveExecution {
    const { tracking, spec, name, parentCallSerial } = this;
    const running = tracking.ownRunning();
    const isParent = running !== undefined && running.callSerial === parentCallSerial;
    const another = isParent
      ? new LiveExecution(tracking, spec, name, tracking.nextSerial(), running)
      : new LiveExecution(tracking, spec, name, tracking.nextSerial(), this.parent, this.origin);
    another.callSerial = this.callSerial;
    another.stage = 'used';
    return another;
  }

  /** The parent may have been let go. */
  private get origin(): Origin | undefined {
    const { parentSerial: serial, parentCallSerial: callSerial, requestSerial, contextAgentId } = this;
    if (serial === undefined || callSerial === undefined) return undefined;
    return { serial, requestSerial, callSerial, contextAgentId };
  }

  private measureInput(args: readonly unknown[]): void {
    for (const argument of args) this.measure().inputBytes += this.tracking.payloadBytes(this, argument);
  }

  private measure(): ExecutionMeasures {
    return (this.measures ??= new ExecutionMeasures());
  }

  private isFirst(chunk: unknown): boolean {
    const { firstChunk } = this.spec;
    return firstChunk === undefined || (this.tracking.faults.guard('firstChunk', () => firstChunk(chunk)) ?? true);
  }

  private abort(reason: unknown): void {
    this.signalling ??= new ExecutionSignal();
    this.signalling.abort(reason);
  }

  private finish(outcome: Outcome): void {
    if (this.ended) return;
    const hasBegun = this.stage !== 'postponed';
    this.stage = 'ended';
    this.endLimit();
    if (hasBegun) this.tracking.finish(this, outcome);
    this.parent = nearestOpen(this.parent);
  }
}

/** Why a signal aborts when whoever read a stream no longer does. */
export function earlyStop(): DOMException {
  return new DOMException('The consumer stopped early.', 'AbortError');
}
