import type { ModelCallQuery, TrackedExecutions } from '../collection/collector-ports';
import { activeSpan, hasTracing } from '../collection/executions/active-span';
import type { Outcome } from '../collection/executions/finished-execution';
import type { MetricsStore } from '../collection/metrics-store';
import { AgentSeries } from '../collection/series/agent-series';
import type { LabelSet } from '../collection/series/label-set';
import { failCall } from './declaring/call-style';
import { SeenStyles } from './declaring/seen-styles';
import { specOfCaller, type DeclaredCall } from './declaring/declared-call';
import { modelSpec, type ExecutionSpec } from './declaring/execution-spec';
import type { ExecutionHandle } from './execution-handle';
import { modelCallBegan, runningFrom } from './execution/context-bridges';
import type { ExecutionHost, TrackingOptions } from './execution/execution-host';
import { enteredExecution, runInside } from './execution/async-context';
import { nearestOpenAgent } from './execution/execution-lineage';
import { addUsageTo, countCallAround, enterAround, leaveAround } from './execution/enclosing-runs';
import { findClaim, findNamesakeClaim } from './execution/handler-claim';
import { followResponse } from './execution/handler-response';
import { hashedCallOf } from './execution/hashed-call';
import { IdleEnd } from './execution/idle-end';
import { isPart } from './execution/joined-call';
import { LiveExecution } from './execution/live-execution';
import { findModelCall } from './execution/open-model-call';
import { noteCall, takeBackCall, tellCall } from './execution/repeated-calls';
import { RequestBreakdown, type BreakdownOptions } from './execution/request-breakdown';
import { CallGate } from './execution/call-gate';
import { RunLimiter } from './execution/run-limiter';
import { RunningExecutions } from './execution/running-executions';
import { SeriesPlaces } from './execution/series-places';
import { createOverflow, hasRoom } from './execution/stack-overflow';
import { toldTime } from './execution/told-time';
import { executionOf, handleOf, type TrackedHandle } from './execution/tracked-handle';
import type { FaultLog } from './fault-log';
import { ExecutionLimits, type TimeoutOptions } from './limits/execution-limits';
import type { RunLimitOptions } from './limits/run-limit';
import { limitError, limitLabel, RunLimits, type AppliedLimit } from './limits/run-limits';
import { OutcomeRules, type OutcomeRuleOptions } from './outcomes/outcome-rules';
import { follow } from './results/follow-result';

export interface ApplicationTrackingOptions extends TrackingOptions, OutcomeRuleOptions {
  readonly limits?: RunLimitOptions;
  readonly timeouts: TimeoutOptions;
  readonly breakdown?: BreakdownOptions;
}

const REPORTED = 'The run was not stopped. Further runs are not logged (option "limits").';

/** Begins and ends the executions of one application. None of its methods throws because of a fault of ours. */
export class ApplicationTracking implements ExecutionHost<LiveExecution>, TrackedExecutions {
  readonly options: TrackingOptions;
  outcomeRules: OutcomeRules<LiveExecution>;
  closed = false;
  uncounted = 0;
  private readonly running = new RunningExecutions();
  private places: SeriesPlaces;
  private readonly limits: ExecutionLimits;
  private readonly runLimits: RunLimits;
  /** Undefined where nothing but time is limited. */
  private gate: CallGate | undefined;
  private breakdown: RequestBreakdown | undefined;
  /** Whether OpenTelemetry was in use when the last execution began that is inside no other. */
  private isTraced = false;
  private readonly styles = new SeenStyles();
  /** How long an execution may show no sign of life, in milliseconds. */
  private readonly idleMs: number;
  /** How many executions end where nothing shows that they go on. */
  private idling = 0;
  /** How many executions of interceptors wait for the decorator of their handler. */
  private claims = 0;
  /**
   * Never begins. V8 throws the code for executions away at each full collection that finds none, and without calls in
   * between there is none: compiling it anew takes longer than many thousand calls. A model call, which has most of its own.
   */
  protected readonly keptForItsShape: LiveExecution;

  constructor(
    public store: MetricsStore,
    readonly faults: FaultLog,
    options: ApplicationTrackingOptions,
  ) {
    const { asyncContext, measurePayloads, measureRepeats } = options;
    this.runLimits = new RunLimits(options.limits);
    // Without the context the calling agent is unknown.
    const looksForRepeats = asyncContext && (measureRepeats || this.runLimits.countRepeats);
    this.options = { asyncContext, measurePayloads, measureRepeats: looksForRepeats };
    this.gate = this.createGate();
    this.outcomeRules = new OutcomeRules(options, faults, handleOf);
    this.places = new SeriesPlaces(store.names);
    this.limits = new ExecutionLimits(options.timeouts, { clock: store.clock, faults });
    this.breakdown = options.breakdown && new RequestBreakdown(options.breakdown, faults);
    this.idleMs = options.timeouts.idleMs || Infinity;
    this.keptForItsShape = new LiveExecution(this, modelSpec({}, ''), '', 0, undefined);
  }

  /** Undefined also where an interceptor counts the call already. */
  beginCall(
    call: DeclaredCall,
    self: unknown,
    args: readonly unknown[],
    entered: LiveExecution | undefined,
  ): LiveExecution | undefined {
    const spec = specOfCaller(call.spec, self);
    let execution: LiveExecution | undefined;
    try {
      const parent = this.ownFrom(entered);
      if (this.claims > 0 && this.claim(spec, args, parent)) return undefined;
      const created = this.create(spec, args, parent);
      // Before it begins: looking takes none of its time, and a fault leaves nothing that must end.
      if (this.options.measureRepeats) created.hashed = hashedCallOf(created, args);
      execution = created;
      execution.call = 'running';
      // A generator function runs nothing when it is called: its execution begins with the first `next`.
      if (call.style === 'generator') execution.postpone();
      else
        this.opened(execution, execution.model !== undefined && this.gate !== undefined && this.styles.canWait(call));
      if (this.options.measurePayloads) execution.received(args);
      if (call.responseParameter !== undefined) this.followResponse(execution, args[call.responseParameter]);
      return execution;
    } catch (fault) {
      if (execution !== undefined) {
        // What has begun must end.
        execution.call = 'thrown';
        this.uncounted += 1;
        execution.failed(fault);
      }
      this.faults.report('begin', fault);
      return undefined;
    }
  }

  barCall(execution: LiveExecution, call: DeclaredCall, run: () => unknown): unknown {
    const { admission, stoppedBy } = execution;
    if (stoppedBy !== undefined) return failCall(this.styles.styleOf(execution, call), stoppedBy);
    const made = admission!.then(() => runInside(execution, run));
    return this.endCall(execution, call, made);
  }

  endCall(execution: LiveExecution, call: DeclaredCall, result: unknown): unknown {
    // Without limits no call is refused.
    if (this.limits.any || this.gate !== undefined) this.styles.see(execution, call, result);
    const handedOn = follow(execution, result, call.style === 'async function' ? 'promised' : 'returned');
    if (execution.isLimited) this.armLimit(execution);
    execution.call = 'over';
    return handedOn;
  }

  followOn(execution: LiveExecution, value: unknown): unknown {
    return follow(execution, value, 'awaited');
  }

  /**
   * Begins an execution that ends when its handle says so.
   *
   * @param parent null for none, undefined for the running one
   * @param args what it is given; `UNTOLD_ARGUMENTS` if unknown
   * @param startTime now if left out
   */
  start(
    spec: ExecutionSpec,
    parent: ExecutionHandle | null | undefined,
    args: readonly unknown[],
    startTime?: Date,
  ): TrackedHandle | undefined {
    return this.faults.guard('begin', () => {
      const execution = this.create(spec, [], parent === null ? undefined : this.parentOf(parent));
      execution.joining.isBegunByHandle = true;
      if (this.options.measureRepeats) execution.hashed = hashedCallOf(execution, args);
      execution.begin();
      execution.received(args);
      const startedAt = toldTime(startTime, this.store.clock);
      if (startedAt !== undefined) execution.startClock(startedAt);
      this.watchIdle(execution);
      const handle = handleOf(execution);
      handle.endExecution();
      return handle;
    });
  }

  /**
   * Begins the execution of a handler, which the handler's own decorator joins instead of counting another; undefined
   * where an interceptor further out counts the handler under the same name.
   *
   * @param args what a function that names the execution is given
   * @param response what the handler answers through itself
   */
  intercept(spec: ExecutionSpec, args: readonly unknown[], response: unknown): LiveExecution | undefined {
    const parent = this.ownRunning();
    const execution = this.create(spec, args, parent);
    if (findNamesakeClaim(parent, spec.kind, execution.name) !== undefined) return undefined;
    execution.begin();
    execution.joining.isClaimable = true;
    this.claims += 1;
    this.followResponse(execution, response);
    return execution;
  }

  opened(execution: LiveExecution, canWait: boolean): void {
    if (this.closed) return;
    if (this.uncounted > 0) this.countThrown();
    execution.startClock(this.store.clock.now());
    // The whole of a call may have ended before a part of it begins.
    const { joined } = execution;
    if (joined?.whole?.ended) joined.whole = undefined;
    const whole = joined?.whole;
    const refusal = this.gate?.refusalOf(execution, whole, canWait);
    if (whole === undefined)
      this.openedAlone(execution, refusal === undefined || execution.joined?.isBegunByHandle === true);
    else this.openedPart(execution, whole);
    if (refusal !== undefined) return execution.refuse(refusal);
    if (this.limits.any || execution.spec.timeoutMs !== undefined) this.limit(execution);
  }

  /** No call has thrown and is yet to be counted, but for want of room on the stack: that is how they have failed. */
  private countThrown(): void {
    if (!hasRoom()) return;
    const error = createOverflow();
    for (const execution of this.running.list()) if (execution.call === 'thrown') execution.failed(error);
    // Some may have been ended in another way.
    this.uncounted = 0;
  }

  postponed(execution: LiveExecution): void {
    const { joined, startedAt } = execution;
    // A generator function is postponed before it has begun.
    if (Number.isNaN(startedAt)) return;
    if (joined?.whole !== undefined) return joined.whole.partEnded();
    this.takeBack(execution);
    execution.model?.giveBack();
    this.left(execution);
  }

  dropped(execution: LiveExecution): void {
    // A part of a call has not been counted.
    if (execution.joined?.whole === undefined) this.takeBack(execution);
    execution.dropRefused();
  }

  renamed(execution: LiveExecution): void {
    const { ledger, series } = execution;
    if (ledger === undefined || series === undefined) return;
    this.faults.guard('rename', () => {
      series.addInProgress(-1);
      execution.series = this.places.find(execution, ledger);
      execution.series.addInProgress(1);
    });
  }

  finished(execution: LiveExecution, outcome: Outcome): void {
    const whole = execution.joined?.whole;
    if (execution.outsideEnds?.idleEnd !== undefined) this.idling -= 1;
    if (whole !== undefined) {
      whole.absorb(execution, outcome);
      return whole.partEnded();
    }
    if (execution.model !== undefined) {
      addUsageTo(execution.model.around, execution.usage);
      // A call that is not made has its reservation only.
      execution.model.budgeted?.settle(execution.isUnmade ? undefined : execution.usage);
    }
    this.left(execution);
    const { ledger, series } = execution;
    if (ledger === undefined || series === undefined) return;
    try {
      if (this.store.enabled) ledger.finish(execution, series, outcome);
      else ledger.dropRequest(execution);
    } catch (fault) {
      this.faults.report('finish', fault);
    }
  }

  /** The labels of all limits that an agent may reach. */
  limitLabels(agentId: string): Iterable<string> {
    return this.runLimits.labelsOf(agentId);
  }

  get measuresRepeats(): boolean {
    return this.options.measureRepeats;
  }

  ownRunning(): LiveExecution | undefined {
    return this.ownFrom(enteredExecution());
  }

  private ownFrom(entered: LiveExecution | undefined): LiveExecution | undefined {
    if (!this.options.asyncContext) return undefined;
    const running = runningFrom(entered);
    if (running?.host !== this) return undefined;
    return running.ended && this.isForgotten(running) ? undefined : running;
  }

  findModelCall(query: ModelCallQuery): LiveExecution | undefined {
    return findModelCall(query, this.ownRunning(), this.running.list());
  }

  listOpen(): readonly LiveExecution[] {
    return this.running.list();
  }

  /** The age of the oldest running execution of each series. */
  oldestAgesMs(): ReadonlyMap<LabelSet, number> {
    return this.running.oldestAgesMs(this.store.ledger, this.store.clock.now());
  }

  /** How many executions of each series wait on a human. */
  pausedCounts(): ReadonlyMap<LabelSet, number> {
    return this.running.pausedCounts(this.store.ledger);
  }

  /** What still runs ends as cancelled. */
  close(): void {
    this.closed = true;
    const reason = new DOMException('The application has closed.', 'AbortError');
    const running = this.running.list();
    // From the inside out: an agent that waits for tokens has those of its model calls.
    for (const execution of running.toReversed()) execution.complete();
    for (const execution of running) execution.cancelled(reason);
    this.limits.close();
    this.letGo();
  }

  /** Drops what was collected and the user's own functions: an execution that is kept has us as its host for ever. */
  private letGo(): void {
    this.store = this.store.createEmpty();
    this.places = new SeriesPlaces(this.store.names);
    this.outcomeRules = new OutcomeRules({ recordErrorMessages: false }, this.faults, handleOf);
    this.breakdown = undefined;
    this.gate = undefined;
  }

  /** Whether an interceptor counts the call that is about to be made. It can be asked once. */
  private claim(spec: ExecutionSpec, args: readonly unknown[], running: LiveExecution | undefined): boolean {
    const execution = findClaim(running, spec);
    if (execution === undefined) return false;
    this.endClaim(execution);
    execution.received(args);
    return true;
  }

  private endClaim(execution: LiveExecution): void {
    execution.joining.isClaimable = false;
    this.claims -= 1;
  }

  private create(spec: ExecutionSpec, args: readonly unknown[], parent: LiveExecution | undefined): LiveExecution {
    const { nameOf } = spec;
    const name = (nameOf && this.faults.guard('name', () => nameOf(args))) ?? spec.fallbackName;
    const execution = new LiveExecution(this, spec, name, (this.store.lastSerial += 1), parent);
    if (parent !== undefined && isPart(parent, spec.kind, name)) execution.joining.whole = parent;
    this.breakdown?.mark(execution, args);
    return execution;
  }

  private armLimit(execution: LiveExecution): void {
    try {
      execution.armLimit();
    } catch (fault) {
      this.faults.report('limit', fault);
    }
  }

  private followResponse(execution: LiveExecution, response: unknown): void {
    if (response !== undefined) this.faults.guard('response', () => followResponse(execution, response));
  }

  /** One of another application is the parent of none of ours. */
  private parentOf(handle: ExecutionHandle | undefined): LiveExecution | undefined {
    const given = executionOf(handle)?.context;
    return given?.host === this ? given : this.ownRunning();
  }

  /** Work that outlives its request belongs to it for a while, and to none after that. */
  private isForgotten(execution: LiveExecution): boolean {
    const root = execution.root ?? execution;
    return root.ended && this.store.clock.now() - root.endedAt > this.idleMs;
  }

  private watchIdle(execution: LiveExecution): void {
    if (this.idleMs === Infinity || this.closed) return;
    execution.ends.idleEnd = new IdleEnd(execution, this.store.clock, this.idleMs);
    this.idling += 1;
  }

  /** @param isMade whether the call is made, as far as that can be told: one that was refused is not */
  private openedAlone(execution: LiveExecution, isMade: boolean): void {
    const { kind, parent } = execution;
    this.running.add(execution);
    if (isMade) {
      if (parent !== undefined && kind !== 'agent') countCallAround(parent, kind, 1);
      if (kind === 'model') this.faults.guard('begin', () => modelCallBegan(execution));
      if (this.options.measureRepeats) noteCall(execution);
    }
    if (this.idling > 0) enterAround(parent);
    try {
      if (this.store.enabled) this.countOpened(execution);
    } catch (fault) {
      this.faults.report('begin', fault);
    }
  }

  private openedPart(execution: LiveExecution, whole: LiveExecution): void {
    whole.partOpened();
    if (this.options.measureRepeats) tellCall(whole, execution);
  }

  /** The call has not been made after all. */
  private takeBack(execution: LiveExecution): void {
    const { kind, parent } = execution;
    if (kind !== 'agent') countCallAround(parent, kind, -1);
    if (this.options.measureRepeats) takeBackCall(execution);
  }

  private createGate(): CallGate | undefined {
    const { budgets } = this.store;
    if (!this.runLimits.any && budgets.isEmpty) return undefined;
    const limiter = this.runLimits.any
      ? new RunLimiter(this.runLimits, (...reached) => this.reached(...reached))
      : undefined;
    return new CallGate(limiter, budgets, { faults: this.faults, refused: (...refusal) => this.refused(...refusal) });
  }

  /** It has begun, and must not go on. */
  private refused(execution: LiveExecution, refusal: Error): void {
    if (execution.ended) return;
    if (!execution.joined?.isBegunByHandle) this.takeBack(execution);
    execution.refuse(refusal);
  }

  private reached(run: LiveExecution, limit: AppliedLimit): void {
    const { ledger, series } = run;
    if (series instanceof AgentSeries && ledger === this.store.ledger && this.store.enabled)
      series.addLimitReached(limitLabel(limit));
    if (!limit.isStop)
      this.faults.warnOnce(`limit:${limit.kind}:${limit.name}`, `${limitError(limit, run).message} ${REPORTED}`);
  }

  /** It is no longer in progress. */
  private left(execution: LiveExecution): void {
    this.running.remove(execution);
    if (execution.joined?.isClaimable) this.endClaim(execution);
    if (this.idling > 0) leaveAround(execution.parent, execution.idleEnd?.endedAt);
    const { serial, requestSerial, ledger, series } = execution;
    if (ledger === undefined || series === undefined) return;
    series.addInProgress(-1);
    if (requestSerial === serial) ledger.requests.addInProgress(-1);
  }

  /** Finds where it is counted. */
  private countOpened(execution: LiveExecution): void {
    const { ledger } = this.store;
    // Looked up once a run: with each call it would be two percent of the call's instructions.
    if (execution.parent === undefined) this.isTraced = hasTracing();
    if (this.isTraced) execution.span = activeSpan();
    const series = this.places.find(execution, ledger);
    execution.series = series;
    execution.ledger = ledger;
    series.addInProgress(1);
    if (execution.requestSerial === execution.serial)
      execution.request = ledger.beginRequest(execution, execution.startedAt);
  }

  /** Its own limit, and for a tool the budget that it shares with the other tools of its agent. */
  private limit(execution: LiveExecution): void {
    try {
      const deadline = this.limits.createDeadline(execution, nearestOpenAgent(execution.parent));
      if (deadline !== undefined) execution.limit(deadline);
    } catch (fault) {
      this.faults.report('limit', fault);
    }
  }
}
