import type { EnclosingExecution, TrackedModelCall } from '../../collection/collector-ports';
import { isFailure, type ExecutionKind } from '../../collection/executions/execution-status';
import {
  NS_PER_MS,
  type EndingExecution,
  type FinishedExecution,
  type Outcome,
} from '../../collection/executions/finished-execution';
import { NOTHING_USED, type CallUsage } from '../../collection/models/call-usage';
import { ModelSeries } from '../../collection/series/model-series';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { ModelUsage } from '../execution-handle';
import type { Expiry } from '../limits/deadline';
import { ExecutionTimeoutError } from '../limits/execution-timeout.error';
import { CANCELLED, SUCCESS } from '../outcomes/outcome';
import { clientLeft, earlyStop, endedEarly } from './abort-reasons';
import { CallingExecution } from './calling-execution';
import { addUsageTo, countCallAround, signAround } from './enclosing-runs';
import type { ExecutionHost } from './execution-host';
import { nearestOpen, openAgentNames, openAncestors, openAround } from './execution-lineage';
import { ExecutionSignal } from './execution-signal';
import type { IdleEnd } from './idle-end';
import type { InnerCalls } from './inner-calls';
import type { HashedCall } from './hashed-call';
import { JoinedCall } from './joined-call';
import { awaitReport } from './late-reports';
import { OutsideEnds } from './outside-ends';
import type { Origin } from './placed-execution';
import { hasRoom, isStackOverflow } from './stack-overflow';

/**
 * How far an execution has come: it runs; it has been taken back, because what the call returned runs only when it
 * is used; it is over, but for the tokens that it, or a call inside it, has yet to report; it is counted.
 */
type Stage = 'begun' | 'postponed' | 'ending' | 'ended';

/**
 * `running`: the function has been called and has not returned. `thrown`: it has thrown, which is yet to be counted. The
 * caller writes the latter down before all else: where the stack overflows, there may be no room for a call of ours.
 */
type CallState = 'running' | 'thrown' | 'over';

/** One execution from its beginning to its end. */
export class LiveExecution
  extends CallingExecution<LiveExecution>
  implements EndingExecution, EnclosingExecution, TrackedModelCall
{
  /** How far the call of its function has come. */
  call: CallState = 'over';
  private stage: Stage = 'begun';
  /** How many keep it open after its function has returned. */
  private holds = 0;
  /** What was returned has come to its end; only a hold can keep the execution open now. */
  private delivered = false;
  /** The outcome, where it is known before the end. */
  private verdict: Outcome | undefined = undefined;
  private signalling: ExecutionSignal | undefined = undefined;
  /** Other views of the same call; undefined for most calls, which have none. */
  joined: JoinedCall<LiveExecution> | undefined = undefined;
  /** What ends it beside its function; undefined where nothing does. */
  outsideEnds: OutsideEnds | undefined = undefined;
  /** Of a tool; undefined where its arguments are not compared. */
  hashed: HashedCall | undefined = undefined;

  constructor(
    host: ExecutionHost<LiveExecution>,
    spec: ExecutionSpec,
    name: string,
    serial: number,
    parent: LiveExecution | undefined,
    origin: Origin | undefined = parent,
  ) {
    super(host, spec, name, serial, parent, origin);
  }

  get ended(): boolean {
    return this.stage === 'ended' || this.stage === 'ending';
  }

  /** How it ended; undefined as long as it runs. */
  get outcome(): Outcome | undefined {
    return this.ended ? this.verdict : undefined;
  }

  /** What joined it last has failed. */
  get hasFailedPart(): boolean {
    return this.inner?.failedPart !== undefined;
  }

  /** In whose context its code runs. */
  get context(): LiveExecution {
    return this.joined?.whole ?? this;
  }

  /** Made by who has something to say of it. */
  get joining(): JoinedCall<LiveExecution> {
    return (this.joined ??= new JoinedCall());
  }

  /** Ends it, should nothing show that it goes on. */
  get idleEnd(): IdleEnd | undefined {
    return this.outsideEnds?.idleEnd;
  }

  /** The same. */
  get ends(): OutsideEnds {
    return (this.outsideEnds ??= new OutsideEnds());
  }

  /** What it was not allowed to begin for, or what a limit has ended it with. */
  get stoppedBy(): Error | undefined {
    return this.outsideEnds?.refusal ?? this.expired;
  }

  /** Whether it was refused and is not made. */
  get isUnmade(): boolean {
    return this.outsideEnds?.isUnmade === true;
  }

  /** Whether a limit does not let it run, or it is not yet known whether it may. */
  get isBarred(): boolean {
    return this.expired !== undefined || this.refusal !== undefined || this.admission !== undefined;
  }

  /** Settles when it is known whether it may run, and rejects where it may not; undefined where there is no need to wait. */
  get admission(): Promise<void> | undefined {
    return this.model?.budgeted?.admission;
  }

  /** What it was not allowed to begin for. */
  get refusal(): Error | undefined {
    return this.outsideEnds?.refusal;
  }

  /** Whether something may end it before it ends itself. */
  get isLimited(): boolean {
    return this.hasDeadline || this.refusal !== undefined;
  }

  override onStop(listener: (error: Error) => void): void {
    const { refusal } = this;
    if (refusal === undefined) super.onStop(listener);
    else listener(refusal);
  }

  /** What it has spent, with everything inside it. */
  get spending(): InnerCalls {
    return this.innerCalls;
  }

  /** An outermost agent. */
  get isRequest(): boolean {
    return this.requestSerial === this.serial;
  }

  /** Also aborts with the execution around this one: giving up an agent gives up its tools. */
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
    else this.addUsageAfterEnd(usage);
  }

  private addUsageAfterEnd(usage: CallUsage): void {
    this.model?.budgeted?.spend(usage);
    if (this.series instanceof ModelSeries)
      this.series.addUsage(usage, Math.floor(this.host.store.clock.now() / 1_000), this.breakdownValue);
  }

  /** Of a report for which it has not waited so long. Its agents may have ended long ago. */
  addLateUsage(): void {
    if (this.stage !== 'ended' || this.model === undefined || this.usage !== undefined) return;
    this.model.settle(false);
    if (this.usage !== undefined) this.addUsage(this.usage);
  }

  get agentNames(): readonly string[] {
    return openAgentNames<LiveExecution>(this);
  }

  countInside(kind: ExecutionKind, usage: CallUsage | undefined): void {
    countCallAround<LiveExecution>(this, kind, 1);
    if (kind === 'model') addUsageTo(openAncestors<LiveExecution>(this), usage);
    signAround<LiveExecution>(this);
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
    if (this.delivered && !this.joined?.isBegunByHandle) this.succeeded();
  }

  /** There is no function to wait for: it ends when its handle says so, and no hold is left. */
  awaitHandle(): void {
    this.delivered = true;
  }

  override chunk(chunk: unknown, at?: number): void {
    if (this.ended) return;
    super.chunk(chunk, at);
    if (this.model !== undefined) awaitReport<LiveExecution>(this, this.model.askChunk(chunk));
  }

  /** The call came to its end with this value. */
  returned(value: unknown): void {
    if (this.ended) return;
    const { options, outcomeRules } = this.host;
    if (options.measurePayloads) this.delivers(value);
    if (this.model !== undefined) awaitReport<LiveExecution>(this, this.model.askResult(value));
    if (outcomeRules.judgeResults) this.judge(value);
    this.succeeded();
  }

  /** What its handle says that it returned. */
  hasReturned(value: unknown): void {
    if (this.ended) return;
    const { options, outcomeRules } = this.host;
    if (options.measurePayloads) this.delivers(value);
    if (outcomeRules.judgeResults) this.judge(value);
  }

  /** Its handle ends it, as it was decided before, once nothing holds it open. */
  endNow(at: number | undefined): void {
    if (this.ended) return;
    if (at !== undefined) this.stopClock(at);
    this.endAs(this.inner?.failedPart ?? SUCCESS);
  }

  /** What it returned may mean that it failed. */
  private judge(value: unknown): void {
    this.verdict ??= this.host.outcomeRules.ofResult(value, this);
  }

  /** The function, or what it returned, came to its end. */
  succeeded(): void {
    this.delivered = true;
    if (this.outsideEnds?.isResponseOpen) return this.responseClosed();
    if (this.holds > 0 || (this.inner !== undefined && this.inner.openParts > 0)) return;
    this.finish(this.verdict ?? this.inner?.failedPart ?? SUCCESS);
  }

  /** The response has been written to its end, or the client has left. A handler that still runs ends by itself. */
  responseClosed(): void {
    const { ends, delivered } = this;
    const { response } = ends;
    if (response === undefined || !delivered) return;
    if (response.writableFinished) {
      ends.response = undefined;
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
   * Ends with the outcome that its handle reports, even if another was decided before.
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

  /** The result is no longer wanted, though the execution has not ended. */
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

  /**
   * A limit does not let it begin. What a handle has begun may go on all the same, and is measured to its end: only who holds
   * the handle can tell.
   */
  refuse(error: Error): void {
    this.ends.refusal = error;
    this.decide(error);
    if (this.joined?.isBegunByHandle) this.abort(error);
    else this.dropRefused();
  }

  /** The refused call is not made: it has used nothing. */
  dropRefused(): void {
    if (this.ended) return;
    this.ends.isUnmade = true;
    this.model?.join(NOTHING_USED);
    this.finish(this.verdict!);
    this.abort(this.refusal);
  }

  /** Ends it at a limit. */
  expire({ limitMs, sequence }: Expiry): ExecutionTimeoutError {
    const error = new ExecutionTimeoutError(this.kind, this.name, limitMs, sequence);
    this.finish({ status: 'timeout', errorType: error.name });
    this.abort(error);
    this.joined?.whole?.abandon(error);
    return error;
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

  /**
   * A postponed result is used: the execution begins. One that has begun goes on.
   *
   * @param canWait whether that can wait until it is known whether it may run
   */
  resume(canWait: boolean): void {
    if (this.stage !== 'postponed') return;
    this.stage = 'begun';
    this.begin(canWait);
  }

  /** Begins while the caller does something else. */
  begin(canWait = false): LiveExecution {
    this.host.opened(this, canWait);
    this.armLimit();
    return this;
  }

  writeTimes(finished: FinishedExecution, now: number, wallTime: number): void {
    const end = this.endAt(now);
    if (this.root === undefined) this.stopClock(end);
    finished.endTime = wallTime - (now - end);
    finished.durationNs = Math.round(this.elapsedMs(now) * NS_PER_MS);
    finished.pausedNs = Math.round(this.pausedMs(now) * NS_PER_MS);
    finished.startedAt = this.startedAt;
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
    if (this.model !== undefined && !this.isUnmade) {
      this.model.around = [...openAround<LiveExecution>(this)];
      awaitReport<LiveExecution>(this, this.model.askKept());
    }
    if (this.inner !== undefined && this.inner.lateReports > 0 && !this.host.closed)
      this.stopClock(this.host.store.clock.now());
    else this.complete();
  }

  reportArrived(): void {
    const { innerCalls } = this;
    innerCalls.lateReports -= 1;
    if (innerCalls.lateReports === 0) this.complete();
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
    this.outsideEnds?.idleEnd?.stop();
    this.inner?.letGo();
    if (this.model !== undefined) this.model.around = [];
    this.ledger = undefined;
    if (this.kind !== 'model') this.series = undefined;
    if (this.parent?.ended) this.parent = nearestOpen(this.parent);
  }
}
