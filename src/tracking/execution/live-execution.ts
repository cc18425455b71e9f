import type { ServerResponse } from 'node:http';
import type { EnclosingExecution, TrackedModelCall } from '../../collection/collector-ports';
import type { ActiveSpan } from '../../collection/executions/active-span';
import { ExecutionMeasures } from '../../collection/executions/execution-measures';
import type { ExecutionKind } from '../../collection/executions/execution-status';
import {
  NS_PER_MS,
  toNanoseconds,
  type EndingExecution,
  type FinishedExecution,
  type Outcome,
} from '../../collection/executions/finished-execution';
import type { Ledger } from '../../collection/ledger';
import type { CountedSeries } from '../../collection/series/execution-series';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { Expiry } from '../limits/deadline';
import { ExecutionTimeoutError } from '../limits/execution-timeout.error';
import { SequenceBudget } from '../limits/sequence-budget';
import { CANCELLED, SUCCESS } from '../outcomes/outcome';
import type { ExecutionHost } from './execution-host';
import { nearestOpen, nearestOpenAgent } from './execution-lineage';
import { ExecutionSignal } from './execution-signal';
import { addUsage } from './model-usage';
import { payloadBytes } from './payload-size';
import type { Listed } from './running-executions';
import { hasRoom, isStackOverflow } from './stack-overflow';
import { TimedExecution } from './timed-execution';

/** What an execution has from the one in which it began. */
interface Origin {
  readonly serial: number;
  readonly requestSerial: number | undefined;
  readonly callSerial: number;
  readonly contextAgentId: string | undefined;
}

/**
 * How far an execution has come: it runs; it has been taken back, because what the call returned runs only when somebody
 * asks it to; it is over.
 */
type Stage = 'begun' | 'postponed' | 'ended';

/**
 * Makes another execution of the same call; none once its application has closed.
 *
 * @param around of the same use, where a call around this one has handed the result on
 */
export type FurtherExecutions = (around: LiveExecution | undefined) => LiveExecution | undefined;

/** One execution from its beginning to its end. */
export class LiveExecution
  extends TimedExecution
  implements EndingExecution, EnclosingExecution, TrackedModelCall, Listed<LiveExecution>
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
  /** Where it is counted while it runs; undefined while recording is switched off, as is the series. */
  ledger: Ledger | undefined = undefined;
  /** A model call keeps it: its tokens may be recorded after its end. */
  series: CountedSeries | undefined = undefined;
  older: LiveExecution | undefined = undefined;
  newer: LiveExecution | undefined = undefined;
  /** Begun by an interceptor: the handler's own decorator joins it and counts nothing. */
  claimable = false;
  /** Its function has been called and has not returned. */
  isCalling = false;
  /** The response that a handler was given, with which it ends where the handler leaves it open. */
  response: Pick<ServerResponse, 'writableEnded' | 'writableFinished' | 'destroyed'> | undefined = undefined;
  private readonly parentCallSerial: number | undefined;
  private stage: Stage = 'begun';
  /** How many keep it open after its function has returned. */
  private holds = 0;
  /** What was returned has come to its end; only a hold can keep the execution open now. */
  private delivered = false;
  /** The outcome, where it is known before the end. */
  private verdict: Outcome | undefined = undefined;
  private budget: SequenceBudget | undefined = undefined;
  private signalling: ExecutionSignal | undefined = undefined;

  constructor(
    readonly host: ExecutionHost<LiveExecution>,
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

  get kind(): ExecutionKind {
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

  get ended(): boolean {
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

  recordRetry(): void {
    if (!this.ended) this.measure().retries += 1;
  }

  /** Makes the outcome that of an error, whatever is returned. The first one counts. */
  decide(error: unknown): void {
    if (!this.ended) this.verdict ??= this.host.outcomeRules.ofError(error);
  }

  decideOutcome(outcome: Outcome): void {
    this.verdict ??= outcome;
  }

  setFirstToken(milliseconds: number): void {
    this.measure().firstChunkNs = toNanoseconds(milliseconds);
  }

  /** Keeps it open after its function has returned. */
  hold(): void {
    this.holds += 1;
  }

  /** The end of a hold, and of the execution, if it waits for no other. */
  release(): void {
    this.holds -= 1;
    if (this.delivered) this.succeeded();
  }

  /** There is no function to wait for: it ends when its handle says so, and no hold is left. */
  awaitHandle(): void {
    this.delivered = true;
  }

  /** Counts a chunk that a stream delivered. */
  chunk(chunk: unknown, at?: number): void {
    if (this.ended) return;
    const measures = this.measure();
    measures.chunks += 1;
    measures.outputBytes += this.sizeOf(chunk);
    if (!Number.isNaN(measures.firstChunkNs) || !this.isFirst(chunk)) return;
    measures.firstChunkNs = toNanoseconds(this.elapsedMs(at ?? this.host.store.clock.now()));
  }

  /** Counts what it was given. */
  received(args: readonly unknown[]): void {
    // What a limit has ended before it began took nothing in, and is not changed any more.
    if (this.ended || !this.host.options.measurePayloads) return;
    for (const argument of args) this.measure().inputBytes += this.sizeOf(argument);
  }

  /** The call came to its end with this value. */
  returned(value: unknown): void {
    if (this.ended) return;
    const { spec, host } = this;
    if (host.options.measurePayloads) this.measure().outputBytes += this.sizeOf(value);
    if (spec.usage !== undefined) addUsage(this, value);
    if (host.outcomeRules.judgeResults) this.verdict ??= host.outcomeRules.ofResult(value, this);
    this.succeeded();
  }

  /** The function, or what it returned, came to its end. */
  succeeded(): void {
    this.delivered = true;
    if (this.response !== undefined && !this.response.writableEnded) return this.responseClosed();
    if (this.holds === 0) this.finish(this.verdict ?? SUCCESS);
  }

  /** The response has been written to its end, or the client has left. A handler that still runs ends by itself. */
  responseClosed(): void {
    const { response } = this;
    if (response === undefined || !this.delivered) return;
    if (response.writableFinished) {
      this.response = undefined;
      this.succeeded();
    } else if (response.destroyed) {
      this.cancelled(clientLeft());
    }
  }

  failed(error: unknown): void {
    if (this.ended) return;
    if (isStackOverflow(error)) {
      // Then a call around this one ends it.
      if (!hasRoom()) return;
      this.failInner(error);
    }
    this.finish(this.verdict ?? this.host.outcomeRules.ofError(error));
  }

  /** Ends with this outcome, unless another was decided before. */
  endAs(outcome: Outcome): void {
    this.finish(this.verdict ?? outcome);
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
    this.endAs(CANCELLED);
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
    this.host.postponed(this);
    this.ledger = this.series = undefined;
  }

  get isPostponed(): boolean {
    return this.stage === 'postponed';
  }

  /** Somebody asks for what was postponed. One that has begun goes on. */
  resume(): void {
    if (this.stage !== 'postponed') return;
    this.stage = 'begun';
    this.begin();
  }

  /** Begins while the caller does something else. */
  begin(): LiveExecution {
    this.host.opened(this);
    this.armLimit();
    return this;
  }

  writeTimes(finished: FinishedExecution, now: number, wallTime: number): void {
    finished.endTime = wallTime;
    finished.durationNs = Math.round(this.elapsedMs(now) * NS_PER_MS);
    finished.pausedNs = Math.round(this.pausedMs(now) * NS_PER_MS);
  }

  /**
   * For results that are used again and again. Further executions begin where this one did: in the parent's own call, or
   * in the further use of it that is running, or begins together with this one. What is kept of this one keeps no application alive.
   */
  get further(): FurtherExecutions {
    const { spec, name, callSerial, parentCallSerial, origin } = this;
    const host = new WeakRef(this.host);
    const parent = this.parent && new WeakRef(this.parent);
    return (around) => {
      const application = host.deref();
      if (application === undefined || application.closed) return undefined;
      const serial = (application.store.lastSerial += 1);
      const further = [around, application.ownRunning()].find((other) => other?.callSerial === parentCallSerial);
      const execution =
        further !== undefined
          ? new LiveExecution(application, spec, name, serial, further)
          : new LiveExecution(application, spec, name, serial, parent?.deref(), origin);
      execution.callSerial = callSerial;
      execution.stage = 'postponed';
      return execution;
    };
  }

  /** The parent may have been let go. */
  private get origin(): Origin | undefined {
    const { parentSerial: serial, parentCallSerial: callSerial, requestSerial, contextAgentId } = this;
    if (serial === undefined || callSerial === undefined) return undefined;
    return { serial, requestSerial, callSerial, contextAgentId };
  }

  /** Calls within this one that an overflow has left, where they had no room to end. */
  private failInner(error: unknown): void {
    let { newer } = this;
    while (newer !== undefined) {
      const inner: LiveExecution = newer;
      ({ newer } = inner);
      if (inner.isCalling) inner.finish(inner.verdict ?? inner.host.outcomeRules.ofError(error));
    }
  }

  private measure(): ExecutionMeasures {
    return (this.measures ??= new ExecutionMeasures());
  }

  /** Of a tool's payload, where it is to be measured. */
  private sizeOf(payload: unknown): number {
    return this.host.options.measurePayloads && this.kind === 'tool' ? payloadBytes(payload) : 0;
  }

  private isFirst(chunk: unknown): boolean {
    const { firstChunk } = this.spec;
    return firstChunk === undefined || (this.host.faults.guard('firstChunk', () => firstChunk(chunk)) ?? true);
  }

  private abort(reason: unknown): void {
    this.signalling ??= new ExecutionSignal();
    this.signalling.abort(reason);
  }

  private finish(outcome: Outcome): void {
    const { stage } = this;
    if (stage === 'ended') return;
    this.stage = 'ended';
    this.isCalling = false;
    if (this.isLimited) this.endLimit();
    if (stage !== 'postponed') this.host.finished(this, outcome);
    // A timer or a handle may keep it for ever, and must not keep what a reset has let go.
    this.ledger = undefined;
    if (this.kind !== 'model') this.series = undefined;
    if (this.parent?.ended) this.parent = nearestOpen(this.parent);
  }
}

function clientLeft(): DOMException {
  return new DOMException('The client left before the response ended.', 'AbortError');
}

/** Why a signal aborts when whoever read a stream no longer does. */
export function earlyStop(): DOMException {
  return new DOMException('The consumer stopped early.', 'AbortError');
}
