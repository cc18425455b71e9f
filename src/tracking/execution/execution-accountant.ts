import { activeSpan } from '../../collection/executions/active-span';
import { NOTHING_MEASURED } from '../../collection/executions/execution-measures';
import { findModelFault } from '../../collection/executions/execution-records';
import { defaultErrorType, toNanoseconds } from '../../collection/executions/finished-execution';
import type { Ledger } from '../../collection/ledger';
import type { CountedSeries, MetricsStore } from '../../collection/metrics-store';
import { completeTokens } from '../../collection/models/token-usage';
import { ModelSeries } from '../../collection/series/execution-series';
import type { ModelUsage, ReportedUsage } from '../declaring/execution-options';
import { declareNames, type ExecutionSpec } from '../declaring/execution-spec';
import type { FaultLog } from '../fault-log';
import type { Outcome } from '../outcomes/outcome';
import type { LiveExecution } from './live-execution';
import { payloadBytes } from './payload-size';

interface PricedModel {
  readonly name: string;
  readonly provider: string | undefined;
}

/** Where the executions of one decorator were counted last. */
interface SeriesPlace {
  readonly name: string;
  readonly agentId: string | undefined;
  readonly series: CountedSeries;
}

/** Keeps the account of each execution: where it is counted, and what of it. */
export class ExecutionAccountant {
  /**
   * A method is called by the same agent again and again: what was found for it last is looked at first. Weak, because a
   * class, and its decorators with it, can be made for one request.
   */
  private places = new WeakMap<ExecutionSpec, SeriesPlace>();
  /** The one of all these places. */
  private ledger: Ledger | undefined;
  private readonly declared = new WeakSet<ExecutionSpec>();

  constructor(
    private readonly store: MetricsStore,
    private readonly faults: FaultLog,
    readonly measurePayloads: boolean,
  ) {}

  /** Finds the series of an execution that begins, unless recording is switched off. */
  open(execution: LiveExecution): void {
    if (!this.store.enabled) return;
    const { ledger } = this.store;
    execution.span = activeSpan();
    execution.series = this.place(execution, ledger).series;
    execution.ledger = ledger;
    addInProgress(execution, 1);
  }

  /** Takes an execution from the gauges. */
  leave(execution: LiveExecution): void {
    addInProgress(execution, -1);
  }

  /** Counts an execution that has ended. */
  record(execution: LiveExecution, { status, errorType, errorMessage }: Outcome, now: number): void {
    const { ledger, series } = execution;
    if (ledger === undefined || series === undefined || !this.store.enabled) return;
    // Before the entry is another's: a clock may be the user's, and throw.
    const endTime = this.store.clock.wallTime(now);
    const entry = ledger.history.add(execution);
    entry.status = status;
    entry.errorType = errorType ?? defaultErrorType(status);
    entry.errorMessage = errorMessage;
    entry.endTime = endTime;
    entry.durationNs = toNanoseconds(execution.elapsedMs(now));
    entry.pausedNs = toNanoseconds(execution.pausedMs(now));
    entry.span = execution.span;
    entry.measures = execution.measures?.copy() ?? NOTHING_MEASURED;
    if (ledger === this.store.ledger) this.store.touch(endTime);
    this.store.add(entry, ledger, series, now);
  }

  /** The size of a payload, where it is to be measured. */
  payloadBytes({ spec }: LiveExecution, payload: unknown): number {
    return this.measurePayloads && spec.kind === 'tool' ? payloadBytes(payload) : 0;
  }

  /** Counts the tokens that a model call reports in its result. */
  addUsage({ spec, name, series }: LiveExecution, result: unknown): void {
    if (spec.usage === undefined || !(series instanceof ModelSeries) || !this.store.enabled) return;
    const reported = this.faults.guard('usage', () => spec.usage?.(result));
    const count = (tokens: ModelUsage | undefined) =>
      this.countUsage(series, { name, provider: spec.provider }, tokens);
    if (!isPromiseLike(reported)) count(reported);
    else void Promise.resolve(reported).then(count, (fault: unknown) => this.faults.report('usage', fault));
  }

  /** `model` is how the call names it; the series may be that of `__other__`. */
  private countUsage(series: ModelSeries, model: PricedModel, reported: ModelUsage | undefined): void {
    if (reported === undefined || reported === null) return;
    const fault = findModelFault({ ...reported, model: model.name });
    if (fault !== undefined) {
      return this.faults.warnOnce('usage', `The option "usage" returned an invalid ${fault.field}; it was dropped.`);
    }
    const tokens = completeTokens(reported);
    series.tokens.add(tokens, reported.costUsd ?? this.store.prices.costOf(tokens, model.name, model.provider));
  }

  private place({ spec, name, agentId }: LiveExecution, ledger: Ledger): SeriesPlace {
    if (ledger !== this.ledger) this.move(ledger);
    const last = this.places.get(spec);
    const isSame = last?.name === name && last.agentId === agentId;
    const place = isSame ? last : this.find(spec, name, agentId, ledger);
    // The display name that was given last counts.
    if (spec.displayName !== undefined) ledger.series.nameAgent(name, spec.displayName);
    return place;
  }

  /** After a reset: a place in the ledger before it would keep all that was counted there. */
  private move(ledger: Ledger): void {
    this.ledger = ledger;
    this.places = new WeakMap();
  }

  private find(spec: ExecutionSpec, name: string, agentId: string | undefined, ledger: Ledger): SeriesPlace {
    // Without declared names it may be a spec that was made for this one call.
    const mayComeAgain = spec.declaredNames.length > 0;
    if (mayComeAgain) this.declare(spec);
    const place = { name, agentId, series: openSeries(spec, ledger, name, agentId) };
    if (mayComeAgain) this.places.set(spec, place);
    return place;
  }

  /** For what the explorer did not find at the start: it was loaded later, or stands in a handler's interceptor. */
  private declare(spec: ExecutionSpec): void {
    if (this.declared.has(spec)) return;
    this.declared.add(spec);
    declareNames(spec, this.store.names);
  }
}

function openSeries(
  { kind, provider }: ExecutionSpec,
  { series }: Ledger,
  name: string,
  agentId: string | undefined,
): CountedSeries {
  if (kind === 'agent') return series.agent(name);
  return kind === 'tool' ? series.tool(agentId, name) : series.model(agentId, name, provider ?? '');
}

function addInProgress({ serial, requestSerial, ledger, series }: LiveExecution, change: 1 | -1): void {
  if (ledger === undefined || series === undefined) return;
  series.addInProgress(change);
  if (requestSerial === serial) ledger.requests.addInProgress(change);
}

function isPromiseLike(reported: ReportedUsage): reported is PromiseLike<ModelUsage | undefined> {
  return typeof (reported as { then?: unknown } | undefined)?.then === 'function';
}
