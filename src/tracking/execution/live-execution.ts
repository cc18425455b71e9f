import type { ServerResponse } from 'node:http';
import type { Linked } from '../../runtime/linked-list';
import type { EnclosingExecution, TrackedModelCall } from '../../collection/collector-ports';
import type { ActiveSpan } from '../../collection/executions/active-span';
import { isFailure, type ExecutionKind } from '../../collection/executions/execution-status';
import {
  NS_PER_MS,
  type EndingExecution,
  type FinishedExecution,
  type Outcome,
} from '../../collection/executions/finished-execution';
import { RunTotals } from '../../collection/executions/run-totals';
import type { Ledger } from '../../collection/ledger';
import type { CallUsage } from '../../collection/models/call-usage';
import type { CollectedRequest } from '../../collection/requests/collected-request';
import { ModelSeries, type CountedSeries } from '../../collection/series/execution-series';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { ModelUsage } from '../execution-handle';
import type { Expiry } from '../limits/deadline';
import { ExecutionTimeoutError } from '../limits/execution-timeout.error';
import { SequenceBudget } from '../limits/sequence-budget';
import { CANCELLED, SUCCESS } from '../outcomes/outcome';
import { clientLeft, earlyStop, endedEarly } from './abort-reasons';
import { addUsageTo, countCallAround, signAround } from './enclosing-runs';
import type { ExecutionHost } from './execution-host';
import { nearestOpen, nearestOpenAgent, openAncestors, openAround } from './execution-lineage';
import { ExecutionSignal } from './execution-signal';
import type { IdleEnd } from './idle-end';
import { InnerCalls } from './inner-calls';
import { MeasuredExecution } from './measured-execution';
import { ModelCall } from './model-call';
import { hasRoom, isStackOverflow } from './stack-overflow';

/** What an execution has from the one in which it began. */
export interface Origin {
  readonly serial: number;
  readonly requestSerial: number | undefined;
  readonly callSerial: number;
  readonly contextAgentId: string | undefined;
}

/**
 * How far an execution has come: it runs; it has been taken back, because what the call returned runs only when somebody
 * asks it to; it is over, but for the tokens that it, or a call inside it, has yet to report; it is counted.
 */
type Stage = 'begun' | 'postponed' | 'ending' | 'ended';

/**
 * `running`: the function has been called and has not returned. `thrown`: it has thrown, which is yet to be counted. Whoever
 * makes the call writes the latter down before all else: where the stack overflows, there may be no room for a call of ours.
 */
type CallState = 'running' | 'thrown' | 'over';

/** How long tokens are waited for that a call reports by a promise. SDKs settle it as the stream ends, or never. */
const REPORT_WITHIN_MS = 1_000;

/** Of an agent that has called nothing. */
const NOTHING_CALLED: Readonly<RunTotals> = new RunTotals();
/** The same where it is known that it has repeated nothing. */
const NOTHING_REPEATED: Readonly<RunTotals> = new RunTotals(0);

/** One execution from its beginning to its end. */
export class LiveExecution
  extends MeasuredExecution<LiveExecution>
  implements EndingExecution, EnclosingExecution, TrackedModelCall, Linked<LiveExecution>
{
  readonly parentSerial: number | undefined;
  readonly requestSerial: number | undefined;
  /** The agent under which the tools that it calls are counted. */
  readonly contextAgentId: string | undefined;
  /** The first execution of the call of which this one is a further use; itself, if it is the first. */
  callSerial: number;
  /** The active OpenTelemetry span as it began. */
  span: ActiveSpan | undefined = undefined;
  /** Where it is counted while it runs; undefined while recording is switched off, as is the series. */
  ledger: Ledger | undefined = undefined;
  /** A model call keeps it: its tokens may be recorded after its end. */
  series: CountedSeries | undefined = undefined;
  /** Of model calls only. */
  readonly model: ModelCall<LiveExecution> | undefined;
  /** The outermost agent around it; without one, what began first. */
  readonly root: LiveExecution;
  /** What is collected of the request that it is the root of. */
  request: CollectedRequest | undefined = undefined;
  /** When a root ended, on the clock's scale. */
  endedAt = NaN;
  /** The execution of the same call that it is a part of: what is known of it is added there, and it is not counted. */
  whole: LiveExecution | undefined = undefined;
  /** A handle ends it. A tool of the same name inside it is a part of it. */
  isBegunByHandle = false;
  /** Ends it, should nothing show that it goes on. */
  idleEnd: IdleEnd | undefined = undefined;
  /** Of a tool's name and arguments; undefined where nobody has looked at them, or can. */
  callHash: bigint | undefined = undefined;
  /** The agent had called the tool with equal arguments before. */
  isRepeated = false;
  older: LiveExecution | undefined = undefined;
  newer: LiveExecution | undefined = undefined;
  /** Begun by an interceptor: the handler's own decorator joins it and counts nothing. */
  claimable = false;
  /** How far the call of its function has come. */
  call: CallState = 'over';
  /** The response that a handler was given, with which it ends where the handler leaves it open. */
  response: Pick<ServerResponse, 'writableEnded' | 'writableFinished' | 'destroyed'> | undefined = undefined;
  readonly parentCallSerial: number | undefined;
  private stage: Stage = 'begun';
  /** How many keep it open after its function has returned. */
  private holds = 0;
  /** What was returned has come to its end; only a hold can keep the execution open now. */
  private delivered = false;
  /** The outcome, where it is known before the end. */
  private verdict: Outcome | undefined = undefined;
  private budget: SequenceBudget | undefined = undefined;
  private signalling: ExecutionSignal | undefined = undefined;
  /** Made by the first. */
  private inner: InnerCalls | undefined = undefined;

  constructor(
    host: ExecutionHost<LiveExecution>,
    spec: ExecutionSpec,
    public name: string,
    readonly serial: number,
    public parent: LiveExecution | undefined,
    origin: Origin | undefined = parent,
  ) {
    super(host, spec);
    const isAgent = spec.kind === 'agent';
    this.model = spec.kind === 'model' ? new ModelCall<LiveExecution>(this) : undefined;
    this.callSerial = serial;
    this.parentSerial = origin?.serial;
    this.parentCallSerial = origin?.callSerial;
    this.requestSerial = isAgent ? (parent?.enclosingRequest ?? serial) : origin?.requestSerial;
    this.contextAgentId = isAgent ? name : origin?.contextAgentId;
    this.root = parent === undefined || this.requestSerial === serial ? this : parent.root;
  }

  /** The agent under which it is counted. */
  get agentId(): string | undefined {
    return this.spec.agent ?? this.contextAgentId;
  }

  get collected(): CollectedRequest | undefined {
    return this.root.request;
  }

  get provider(): string | undefined {
    return this.model?.provider;
  }

  /** Of a model call that is counted. */
  get usage(): CallUsage | undefined {
    return this.model?.usage;
  }

  get ended(): boolean {
    return this.stage === 'ended' || this.stage === 'ending';
  }

  /** What this call and everything inside it has called and used so far. */
  get totals(): Readonly<RunTotals> | undefined {
    if (this.inner !== undefined || this.kind !== 'agent') return this.inner;
    return this.host.options.measureRepeats ? NOTHING_REPEATED : NOTHING_CALLED;
  }

  /** In whose context its code runs. */
  get context(): LiveExecution {
    return this.whole ?? this;
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

  /** Makes the outcome that of an error, whatever is returned. The first one counts. */
  decide(error: unknown): void {
    if (!this.ended) this.verdict ??= this.host.outcomeRules.ofError(error);
  }

  decideOutcome(outcome: Outcome): void {
    this.verdict ??= outcome;
  }

  /** A model call reports its tokens; the last report before its end counts. */
  reportUsage(usage: ModelUsage): void {
    if (!this.ended) this.host.faults.guard('usage', () => this.model?.say(usage));
  }

  addUsage(usage: CallUsage): void {
    if (this.stage !== 'ended') this.model?.record(usage);
    else if (this.series instanceof ModelSeries)
      this.series.addUsage(usage, Math.floor(this.host.store.clock.now() / 1_000));
  }

  countInside(kind: ExecutionKind, usage: CallUsage | undefined): void {
    countCallAround<LiveExecution>(this, kind, 1);
    if (kind === 'model') addUsageTo(openAncestors<LiveExecution>(this), usage);
    signAround<LiveExecution>(this);
  }

  /** A call inside it begins, or is taken back. */
  addCall(kind: ExecutionKind, isOwn: boolean, change: 1 | -1): void {
    this.innerCalls.addCall(kind, isOwn, change);
  }

  addUsageInside(usage: CallUsage | undefined, isOwn: boolean): void {
    this.innerCalls.addUsage(usage, isOwn);
  }

  /** Takes over what is known of a part of it that has ended. */
  absorb(part: LiveExecution, outcome: Outcome): void {
    if (this.ended) return;
    if (part.measures !== undefined) this.addMeasures(part.measures, part.startedAt - this.startedAt);
    this.model?.join(part.usage);
    this.innerCalls.failedPart = isFailure(outcome.status) ? outcome : undefined;
  }

  /** It is known by another name from now on. */
  rename(name: string, provider: string | undefined): void {
    if (this.ended) return;
    this.name = name;
    if (this.model !== undefined) this.model.provider = provider;
    this.host.renamed(this);
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

  /** A part of it begins: it stays open until the part ends. */
  partOpened(): void {
    this.innerCalls.openParts += 1;
  }

  partEnded(): void {
    this.innerCalls.openParts -= 1;
    // A handle says itself when it is over.
    if (this.delivered && !this.isBegunByHandle) this.succeeded();
  }

  /** There is no function to wait for: it ends when its handle says so, and no hold is left. */
  awaitHandle(): void {
    this.delivered = true;
  }

  override chunk(chunk: unknown, at?: number): void {
    if (this.ended) return;
    super.chunk(chunk, at);
    if (this.model !== undefined) this.awaitReport(this.model.askChunk(chunk));
  }

  /** The call came to its end with this value. */
  returned(value: unknown): void {
    if (this.ended) return;
    this.delivers(value);
    if (this.model !== undefined) this.awaitReport(this.model.askResult(value));
    this.judge(value);
    this.succeeded();
  }

  /** What its handle says that it returned. */
  hasReturned(value: unknown): void {
    if (this.ended) return;
    this.delivers(value);
    this.judge(value);
  }

  /** Its handle ends it, as it was decided before, once nothing holds it open. */
  endNow(at: number | undefined): void {
    if (this.ended) return;
    if (at !== undefined) this.stopClock(at);
    this.endAs(this.inner?.failedPart ?? SUCCESS);
  }

  /** What it returned may mean that it failed. */
  private judge(value: unknown): void {
    const { outcomeRules } = this.host;
    if (outcomeRules.judgeResults) this.verdict ??= outcomeRules.ofResult(value, this);
  }

  /** The function, or what it returned, came to its end. */
  succeeded(): void {
    this.delivered = true;
    if (this.response !== undefined && !this.response.writableEnded) return this.responseClosed();
    if (this.holds > 0 || (this.inner?.openParts ?? 0) > 0) return;
    this.finish(this.verdict ?? this.inner?.failedPart ?? SUCCESS);
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
    const isOverflow = isStackOverflow(error);
    // Then a call around this one ends it, or else the next one.
    if (isOverflow && !hasRoom()) return;
    this.settleCall();
    if (this.ended) return;
    if (isOverflow) this.failInner(error);
    this.finish(this.verdict ?? this.host.outcomeRules.ofError(error));
  }

  /** From here on its end is under way; a call around this one sees to it, should that overflow. */
  private settleCall(): void {
    if (this.call !== 'thrown') return;
    this.call = 'running';
    this.host.uncounted -= 1;
  }

  /** Ends with this outcome, unless another was decided before. */
  endAs(outcome: Outcome): void {
    this.finish(this.verdict ?? outcome);
  }

  /**
   * Ends as somebody says who knows, whatever was decided before.
   *
   * @param at on the clock's scale; now if left out
   */
  endWith(outcome: Outcome, at: number | undefined): void {
    if (this.ended) return;
    if (at !== undefined) this.stopClock(at);
    if (outcome.status === 'cancelled' || outcome.status === 'timeout') this.abort(endedEarly(outcome.status));
    this.finish(outcome);
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

  /** Nothing has shown for long that it goes on. */
  idleSince(at: number): void {
    this.endWith(this.verdict ?? CANCELLED, at);
  }

  /** Ends it at a limit. */
  expire({ limitMs, sequence }: Expiry): ExecutionTimeoutError {
    const error = new ExecutionTimeoutError(this.kind, this.name, limitMs, sequence);
    this.finish({ status: 'timeout', errorType: error.name });
    this.abort(error);
    this.whole?.abandon(error);
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
    const end = this.endAt(now);
    if (this.root === this) this.endedAt = end;
    finished.endTime = wallTime - (now - end);
    finished.durationNs = Math.round(this.elapsedMs(now) * NS_PER_MS);
    finished.pausedNs = Math.round(this.pausedMs(now) * NS_PER_MS);
    finished.startedAt = this.startedAt;
  }

  /** What a further use of the same call has from it. The parent may have been let go. */
  get origin(): Origin | undefined {
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
      if (inner.call === 'over') continue;
      inner.settleCall();
      inner.finish(inner.verdict ?? inner.host.outcomeRules.ofError(error));
    }
  }

  /** What runs inside it. Made by who asks first. */
  get innerCalls(): InnerCalls {
    return (this.inner ??= new InnerCalls(this.host.options.measureRepeats ? 0 : undefined));
  }

  private abort(reason: unknown): void {
    this.signalling ??= new ExecutionSignal();
    this.signalling.abort(reason);
  }

  private finish(outcome: Outcome): void {
    const { stage } = this;
    if (this.ended) return;
    this.call = 'over';
    if (this.isLimited) this.endLimit();
    this.verdict = outcome;
    if (stage === 'postponed') return this.letGo();
    this.stage = 'ending';
    if (this.model !== undefined) {
      this.model.around = [...openAround<LiveExecution>(this)];
      this.awaitReport(this.model.askKept());
    }
    if (this.isWaiting && !this.host.closed) this.stopClock(this.host.store.clock.now());
    else this.complete();
  }

  /** Tokens that are reported a little later belong to this call, and to the agents that it is a part of. */
  private awaitReport(report: Promise<void> | undefined): void {
    if (report === undefined) return;
    const waiting = [this, ...openAround<LiveExecution>(this)];
    for (const execution of waiting) execution.innerCalls.lateReports += 1;
    const arrived = (): void => {
      stopWaiting();
      if (this.stage === 'ended') this.addLateUsage();
      for (const execution of waiting.splice(0)) execution.reportArrived();
    };
    const stopWaiting = this.host.store.clock.after(REPORT_WITHIN_MS, arrived);
    void report.then(arrived);
  }

  private get isWaiting(): boolean {
    return this.inner !== undefined && this.inner.lateReports > 0;
  }

  private reportArrived(): void {
    this.innerCalls.lateReports -= 1;
    if (!this.isWaiting) this.complete();
  }

  /** Of a report for which it has not waited so long. Its agents may have ended long ago. */
  private addLateUsage(): void {
    if (this.model === undefined || this.usage !== undefined) return;
    this.model.settle(false);
    if (this.usage !== undefined) this.addUsage(this.usage);
  }

  /** Counts what has ended, without waiting for what has yet to be reported. */
  complete(): void {
    if (this.stage !== 'ending') return;
    const outcome = this.verdict!;
    this.model?.settle(outcome.status === 'success');
    this.host.finished(this, outcome);
    this.letGo();
  }

  /** A timer or a handle may keep it for ever, and must not keep what a reset has let go. */
  private letGo(): void {
    this.stage = 'ended';
    this.idleEnd?.stop();
    this.inner?.forgetMade();
    if (this.model !== undefined) this.model.around = [];
    this.ledger = undefined;
    if (this.kind !== 'model') this.series = undefined;
    if (this.parent?.ended) this.parent = nearestOpen(this.parent);
  }
}
