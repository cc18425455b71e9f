import { activeSpan } from '../collection/active-span';
import { findModelFault } from '../collection/execution-records';
import { ModelSeries } from '../collection/execution-series';
import { defaultErrorType, toNanoseconds } from '../collection/finished-execution';
import type { FinishedExecution } from '../collection/finished-execution';
import type { RecordContext } from '../collection/collector-surroundings';
import type { Account, MetricsStore } from '../collection/metrics-store';
import { completeTokens } from '../collection/token-usage';
import { declareNames } from './execution-spec';
import type { ExecutionSpec, ModelUsage, ReportedUsage } from './execution-spec';
import type { FaultLog } from './fault-log';
import type { LiveExecution } from './live-execution';
import type { Outcome } from './outcome';
import { payloadBytes } from './payload-size';

interface PricedModel {
  readonly name: string;
  readonly provider: string | undefined;
}

/** Keeps the account of each execution: where it is counted, and what of it. */
export class ExecutionAccountant {
  private readonly declared = new WeakSet<ExecutionSpec>();

  constructor(
    private readonly store: MetricsStore,
    private readonly faults: FaultLog,
    private readonly measurePayloads: boolean,
  ) {}

  /** Finds the series of an execution that begins, unless recording is switched off. */
  open(execution: LiveExecution): void {
    if (!this.store.enabled) return;
    execution.span = activeSpan();
    execution.account = this.find(execution);
    addInProgress(execution, 1);
  }

  /** Takes an execution from the gauges. */
  leave(execution: LiveExecution): void {
    addInProgress(execution, -1);
  }

  /** Counts an execution that has ended. */
  record(execution: LiveExecution, outcome: Outcome, now: number): void {
    const { account } = execution;
    if (account === undefined || !this.store.enabled) return;
    this.store.add(this.finished(execution, outcome, now), account, now);
  }

  /** The size of a payload, where it is to be measured. */
  measure({ spec }: LiveExecution, payload: unknown): number {
    return this.measurePayloads && spec.kind === 'tool' ? payloadBytes(payload) : 0;
  }

  /** Counts the tokens that a model call reports in its result. */
  addUsage({ spec, name, account }: LiveExecution, result: unknown): void {
    const series = account?.series;
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

  private find({ spec, name, agentId }: LiveExecution): Account {
    const { ledger } = this.store;
    this.declare(spec);
    if (spec.kind === 'model') return { ledger, series: ledger.series.model(agentId, name, spec.provider ?? '') };
    if (spec.kind === 'tool') {
      return { ledger, series: ledger.series.tool(agentId, name) };
    }
    if (spec.displayName !== undefined) ledger.series.nameAgent(name, spec.displayName);
    return { ledger, series: ledger.series.agent(name) };
  }

  /** Once, for what the explorer did not find at the start: it was loaded later, or stands in a handler's interceptor. */
  private declare(spec: ExecutionSpec): void {
    if (this.declared.has(spec)) return;
    this.declared.add(spec);
    declareNames(spec, this.store.names);
  }

  private finished(
    execution: LiveExecution,
    { status, errorType, errorMessage }: Outcome,
    now: number,
  ): FinishedExecution {
    const { watch, firstChunkMs } = execution;
    const elapsedMs = watch.elapsed(now);
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
      durationNs: toNanoseconds(elapsedMs),
      pausedNs: toNanoseconds(Math.max(0, now - watch.startedAt - elapsedMs)),
      retries: execution.retries,
      inputBytes: execution.inputBytes,
      outputBytes: execution.outputBytes,
      chunks: execution.chunks,
      firstChunkNs: firstChunkMs === undefined ? undefined : toNanoseconds(firstChunkMs),
      span: execution.span,
    };
  }
}

/** The model call in whose context a record is made, if it is one. */
export function modelCallOf({ name, account }: LiveExecution): RecordContext['modelCall'] {
  const series = account?.series;
  if (!(series instanceof ModelSeries)) return undefined;
  return { model: name, addTokens: (tokens, costUsd) => series.tokens.add(tokens, costUsd) };
}

function addInProgress({ account, sequence, requestSequence }: LiveExecution, change: 1 | -1): void {
  if (account === undefined) return;
  account.series.inProgress += change;
  if (requestSequence === sequence) account.ledger.requests.inProgress += change;
}

function isPromiseLike(reported: ReportedUsage): reported is PromiseLike<ModelUsage | undefined> {
  return typeof (reported as { then?: unknown } | undefined)?.then === 'function';
}
