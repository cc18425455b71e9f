import type { ModelCallQuery, TrackedExecutions } from '../collection/collector-ports';
import type { RunningExecution } from '../collection/executions/execution';
import { activeSpan } from '../collection/executions/active-span';
import type { Outcome } from '../collection/executions/finished-execution';
import type { MetricsStore } from '../collection/metrics-store';
import type { LabelSet } from '../collection/series/execution-series';
import { failCall, SeenStyles, type AnyFunction, type CallStyle } from './declaring/call-style';
import { agentSpec, type ExecutionSpec } from './declaring/execution-spec';
import type { ExecutionHandle } from './execution-handle';
import { enterContext, leaveContext, runningExecution, STAYED } from './execution/async-context';
import type { ExecutionHost, TrackingOptions } from './execution/execution-host';
import { nearestOpenAgent } from './execution/execution-lineage';
import { findClaim, findNamesakeClaim } from './execution/handler-claim';
import { followResponse } from './execution/handler-response';
import { LiveExecution } from './execution/live-execution';
import { findModelCall } from './execution/open-model-call';
import { describeRunning, RunningExecutions } from './execution/running-executions';
import { SeriesPlaces } from './execution/series-places';
import { executionOf, handleOf, type TrackedHandle } from './execution/tracked-handle';
import type { FaultLog } from './fault-log';
import { ExecutionLimits, type TimeoutOptions } from './limits/execution-limits';
import { OutcomeRules, type OutcomeRuleOptions } from './outcomes/outcome-rules';
import { follow } from './results/follow-result';

export interface ApplicationTrackingOptions extends TrackingOptions, OutcomeRuleOptions {
  readonly timeouts: TimeoutOptions;
}

/** Begins and ends the executions of one application. None of its methods throws because of a fault of ours. */
export class ApplicationTracking implements ExecutionHost<LiveExecution>, TrackedExecutions {
  readonly options: TrackingOptions;
  outcomeRules: OutcomeRules<LiveExecution>;
  closed = false;
  private readonly running = new RunningExecutions<LiveExecution>();
  private places: SeriesPlaces;
  private readonly limits: ExecutionLimits;
  private readonly styles = new SeenStyles();
  /** How many executions of interceptors wait for the decorator of their handler. */
  private claims = 0;
  /**
   * Never begins. V8 throws the code for executions away at each full collection that finds none, and without calls in
   * between there is none: compiling it anew takes longer than many thousand calls.
   */
  protected readonly keptForItsShape: LiveExecution;

  constructor(
    public store: MetricsStore,
    readonly faults: FaultLog,
    options: ApplicationTrackingOptions,
  ) {
    const { asyncContext, measurePayloads } = options;
    this.options = { asyncContext, measurePayloads };
    this.outcomeRules = new OutcomeRules(options, faults, handleOf);
    this.places = new SeriesPlaces(store.names);
    this.limits = new ExecutionLimits(options.timeouts, { clock: store.clock, faults });
    this.keptForItsShape = new LiveExecution(this, agentSpec({}, '', 'function'), '', 0, undefined);
  }

  /** Unless an interceptor counts the call already. */
  call(
    spec: ExecutionSpec,
    style: CallStyle,
    fn: AnyFunction,
    self: unknown,
    args: readonly unknown[],
    response?: unknown,
  ): unknown {
    const execution = this.claims > 0 && this.claim(spec, args) ? undefined : this.prepare(spec, style, args);
    if (execution === undefined) return Reflect.apply(fn, self, args);
    if (execution.isLimited && execution.expired !== undefined) {
      return failCall(this.styles.styleOf(execution, style), execution.expired);
    }
    if (response !== undefined) this.faults.guard('response', () => followResponse(execution, response));
    const outer = this.options.asyncContext ? enterContext(execution) : STAYED;
    let result: unknown;
    try {
      result = Reflect.apply(fn, self, args);
    } catch (error) {
      leaveContext(outer);
      execution.failed(error);
      throw error;
    }
    leaveContext(outer);
    // Without limits no call is refused.
    if (this.limits.any) this.styles.see(execution, result);
    result = follow(execution, result, style === 'async function' ? 'promised' : 'returned');
    if (execution.isLimited) this.faults.guard('limit', () => execution.armLimit());
    execution.isCalling = false;
    return result;
  }

  /** Begins an execution that ends when its handle says so. */
  start(spec: ExecutionSpec, parent: ExecutionHandle | undefined): TrackedHandle | undefined {
    return this.faults.guard('begin', () => {
      const given = executionOf(parent);
      const handle = handleOf(this.create(spec, [], given?.host === this ? given : this.ownRunning()).begin());
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
    execution.claimable = true;
    this.claims += 1;
    if (response !== undefined) this.faults.guard('response', () => followResponse(execution, response));
    return execution;
  }

  opened(execution: LiveExecution): void {
    if (this.closed) return;
    execution.startClock(this.store.clock.now());
    this.running.add(execution);
    try {
      if (this.store.enabled) this.countOpened(execution);
    } catch (fault) {
      this.faults.report('begin', fault);
    }
    if (this.limits.any || execution.spec.timeoutMs !== undefined) this.limit(execution);
  }

  postponed(execution: LiveExecution): void {
    this.running.remove(execution);
    if (execution.claimable) this.endClaim(execution);
    const { serial, requestSerial, ledger, series } = execution;
    if (ledger === undefined || series === undefined) return;
    series.addInProgress(-1);
    if (requestSerial === serial) ledger.requests.addInProgress(-1);
  }

  finished(execution: LiveExecution, outcome: Outcome): void {
    this.postponed(execution);
    const { ledger, series } = execution;
    if (ledger === undefined || series === undefined || !this.store.enabled) return;
    try {
      ledger.finish(execution, series, outcome);
    } catch (fault) {
      this.faults.report('finish', fault);
    }
  }

  ownRunning(): LiveExecution | undefined {
    if (!this.options.asyncContext) return undefined;
    const running = runningExecution();
    return running?.host === this ? running : undefined;
  }

  findModelCall(query: ModelCallQuery): LiveExecution | undefined {
    return findModelCall(query, this.ownRunning(), this.running.list());
  }

  listRunning(): RunningExecution[] {
    const { clock, instanceId } = this.store;
    const now = clock.now();
    const wallTime = clock.wallTime();
    return this.running
      .list()
      .map((execution) => describeRunning(execution, instanceId, wallTime, now - execution.startedAt));
  }

  /** Executions that began before a reset, or while recording was switched off, are in no gauge. */
  oldestAgesMs(): ReadonlyMap<LabelSet, number> {
    const now = this.store.clock.now();
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
    this.letGo();
  }

  /** Of what was collected, and of the user's own: an execution that somebody keeps has us as its host for ever. */
  private letGo(): void {
    this.store = this.store.createEmpty();
    this.places = new SeriesPlaces(this.store.names);
    this.outcomeRules = new OutcomeRules({ recordErrorMessages: false }, this.faults, handleOf);
  }

  /** Whether an interceptor counts the call that is about to be made. It can be asked once. */
  private claim(spec: ExecutionSpec, args: readonly unknown[]): boolean {
    const execution = findClaim(this.ownRunning(), spec);
    if (execution === undefined) return false;
    this.endClaim(execution);
    execution.received(args);
    return true;
  }

  private endClaim(execution: LiveExecution): void {
    execution.claimable = false;
    this.claims -= 1;
  }

  /** A generator function runs nothing when it is called: its execution begins with the first `next`. */
  private prepare(spec: ExecutionSpec, style: CallStyle, args: readonly unknown[]): LiveExecution | undefined {
    let execution: LiveExecution | undefined;
    try {
      execution = this.create(spec, args, this.ownRunning());
      execution.isCalling = true;
      if (style === 'generator') execution.postpone();
      else this.opened(execution);
      if (this.options.measurePayloads) execution.received(args);
      return execution;
    } catch (fault) {
      // What has begun must end.
      execution?.failed(fault);
      this.faults.report('begin', fault);
      return undefined;
    }
  }

  private create(spec: ExecutionSpec, args: readonly unknown[], parent: LiveExecution | undefined): LiveExecution {
    const { nameOf } = spec;
    const name = nameOf && this.faults.guard('name', () => nameOf(args));
    return new LiveExecution(this, spec, name ?? spec.fallbackName, (this.store.lastSerial += 1), parent);
  }

  /** Finds where it is counted. */
  private countOpened(execution: LiveExecution): void {
    const { ledger } = this.store;
    execution.span = activeSpan();
    const series = this.places.find(execution, ledger);
    execution.series = series;
    execution.ledger = ledger;
    series.addInProgress(1);
    if (execution.requestSerial === execution.serial) ledger.requests.addInProgress(1);
  }

  /** Its own limit, and for a tool the budget that it shares with the other tools of its agent. */
  private limit(execution: LiveExecution): void {
    this.faults.guard('limit', () => {
      const deadline = this.limits.createDeadline(execution, nearestOpenAgent(execution.parent));
      if (deadline !== undefined) execution.limit(deadline);
    });
  }
}
