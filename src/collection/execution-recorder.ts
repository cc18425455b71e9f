import { describeValue } from '../runtime/described-value';
import { keepShapes } from '../runtime/kept-shapes';
import type { CollectorPorts, EnclosingExecution, TrackedModelCall } from './collector-ports';
import { activeSpan } from './executions/active-span';
import type { ExecutionMeasures } from './executions/execution-measures';
import { normaliseName } from './executions/execution-name';
import type { AgentExecutionRecord, ModelCallRecord, ToolExecutionRecord } from './executions/execution-records';
import type { ExecutionKind, ExecutionStatus } from './executions/execution-status';
import { NS_PER_MS, type EndingExecution, type FinishedExecution, type Outcome } from './executions/finished-execution';
import {
  findAgentFault,
  findCacheFault,
  findMemoryFault,
  findModelFault,
  findToolFault,
  measuresOfModel,
  measuresOfTool,
  unreadableField,
  type RecordFault,
} from './executions/record-reader';
import type { MetricsStore } from './metrics-store';
import type { CallUsage } from './models/call-usage';
import type { CollectedRequest, RequestMember } from './requests/collected-request';
import { ModelSeries } from './series/model-series';

/**
 * Takes records of what was measured elsewhere: checks them, finds where they are counted, and counts them. A record is
 * counted as a whole or not at all: what may throw, which is all that is the user's, is read before anything is counted.
 */
export class ExecutionRecorder {
  /** The last that was thrown with `strict`, to tell it from faults. */
  private refusal: RangeError | undefined;

  constructor(
    private readonly store: MetricsStore,
    private readonly ports: CollectorPorts,
  ) {}

  addAgentExecution(record: AgentExecutionRecord): void {
    try {
      if (this.rejects('recordAgentExecution', findAgentFault(record))) return;
      const { ledger } = this.store;
      const agentId = normaliseName(record.agentId);
      const agentName = record.agentName && normaliseName(record.agentName);
      const context = this.ports.tracked.ownRunning();
      const serial = (this.store.lastSerial += 1);
      const execution = new RecordedExecution('agent', agentId, agentId, serial, context, record);
      if (agentName !== undefined) ledger.series.nameAgent(agentId, agentName);
      ledger.finish(execution, ledger.series.agent(agentId), execution);
    } catch (fault) {
      this.failed('recordAgentExecution', fault, () => unreadableField(record, findAgentFault));
    }
  }

  addToolExecution(record: ToolExecutionRecord): void {
    try {
      if (this.rejects('recordToolExecution', findToolFault(record))) return;
      const { ledger } = this.store;
      const context = this.ports.tracked.ownRunning();
      const { agentId = context?.contextAgentId, toolName } = record;
      const measures = measuresOfTool(record);
      const known = ledger.series.findTool(agentId, toolName);
      // In memory of their own, as the series has them, or in their form.
      const name = known === undefined ? normaliseName(toolName) : known.toolName;
      const owner = agentId && (known === undefined ? normaliseName(agentId) : known.agentId);
      const serial = (this.store.lastSerial += 1);
      const execution = new RecordedExecution('tool', name, owner, serial, context, record, measures);
      context?.countInside('tool', undefined);
      ledger.finish(execution, known ?? ledger.series.tool(owner, name), execution);
    } catch (fault) {
      this.failed('recordToolExecution', fault, () => unreadableField(record, findToolFault));
    }
  }

  addModelCall(record: ModelCallRecord): { costUsd?: number } {
    try {
      return this.rejects('recordModelCall', findModelFault(record)) ? {} : this.countModelCall(record);
    } catch (fault) {
      this.failed('recordModelCall', fault, () => unreadableField(record, findModelFault));
      return {};
    }
  }

  addCacheHit(cache: string | undefined): void {
    if (this.rejects('recordCacheHit', findCacheFault(cache))) return;
    const { ledger } = this.store;
    ledger.addLookup(ledger.series.cache(cache && normaliseName(cache), 'cacheHit'), true);
  }

  addCacheMiss(cache: string | undefined): void {
    if (this.rejects('recordCacheMiss', findCacheFault(cache))) return;
    const { ledger } = this.store;
    ledger.addLookup(ledger.series.cache(cache && normaliseName(cache), 'cacheMiss'), false);
  }

  setMemoryUsage(bytes: number): void {
    if (!this.rejects('updateMemoryUsage', findMemoryFault(bytes))) this.store.memory.update(bytes);
  }

  private countModelCall(record: ModelCallRecord): { costUsd?: number } {
    const { ledger, prices } = this.store;
    const { tracked } = this.ports;
    const model = normaliseName(record.model);
    const provider = record.provider === undefined ? undefined : normaliseName(record.provider);
    const owner = record.agentId === undefined ? undefined : normaliseName(record.agentId);
    const usage = prices.usageOf(record, model, record.provider);
    const { costUsd } = usage;
    const call = tracked.findModelCall({ model, provider, agentId: owner });
    if (call?.series instanceof ModelSeries) {
      if (!this.addToCall(call, record)) return {};
      call.addUsage(usage);
      ledger.touch();
    } else {
      const context = tracked.ownRunning();
      const agentId = owner ?? context?.contextAgentId;
      const serial = (this.store.lastSerial += 1);
      const end = { status: record.status, durationMs: record.durationMs, errorType: record.errorType };
      const measures = measuresOfModel(record);
      const execution = new RecordedExecution('model', model, agentId, serial, context, end, measures, provider, usage);
      context?.countInside('model', usage);
      this.spend(model, owner, context, usage);
      ledger.finish(execution, ledger.series.model(agentId, model, provider ?? ''), execution);
    }
    return { costUsd };
  }

  /** On every budget that the call draws on: that of the agent which the record names, too. */
  private spend(
    model: string,
    owner: string | undefined,
    context: EnclosingExecution | undefined,
    usage: CallUsage,
  ): void {
    const { budgets } = this.store;
    if (budgets.isEmpty) return;
    const around = context?.agentNames ?? [];
    const agents = owner === undefined ? around : [owner, ...around];
    budgets.spend({ model, agents, breakdown: context?.breakdownValue }, usage);
  }

  /** Adds what a record says of a tracked call beside its tokens, or refuses the record as a whole. */
  private addToCall(call: TrackedModelCall, record: ModelCallRecord): boolean {
    const { status, errorType, timeToFirstTokenMs } = record;
    const obstacle = findObstacle(call, record);
    if (obstacle !== undefined) {
      this.refuse('recordModelCall', ...obstacle);
      return false;
    }
    if (timeToFirstTokenMs !== undefined) call.setFirstToken(timeToFirstTokenMs);
    if (status !== undefined) call.decideOutcome({ status, errorType: errorType && normaliseName(errorType) });
    return true;
  }

  private rejects(method: string, fault: RecordFault | undefined): boolean {
    if (!this.store.enabled) return true;
    if (fault === undefined) return false;
    this.refuse(method, fault.field, `is ${describeValue(fault.value)}; it must be ${fault.allowed}`);
    return true;
  }

  private refuse(method: string, field: string, complaint: string): void {
    const message = `${method}: ${field} ${complaint}.`;
    if (this.ports.strict) throw (this.refusal = new RangeError(message));
    this.ports.warnOnce(
      `${method}.${field}`,
      `${message} The record was dropped. Further records with this fault are not logged.`,
    );
  }

  /** Only the record's own fault is thrown with `strict`: where anything else fails, there is nothing wrong with it. */
  private failed(method: string, fault: unknown, fieldAtFault: () => string | undefined): void {
    if (fault === this.refusal) throw fault;
    if (!this.store.enabled) return;
    const field = fieldAtFault();
    if (field === undefined) this.ports.report(method, fault);
    else this.refuse(method, field, 'cannot be read');
  }
}

/** The field of a record that cannot be added to a tracked call, and why; undefined where all can. */
function findObstacle(
  { agentId, provider, ended }: TrackedModelCall,
  record: ModelCallRecord,
): [field: keyof ModelCallRecord, complaint: string] | undefined {
  const { durationMs, status, errorType, timeToFirstTokenMs } = record;
  if (durationMs !== undefined) return ['durationMs', 'cannot be added to a tracked call, whose duration is measured'];
  if (record.agentId !== undefined && normaliseName(record.agentId) !== agentId)
    return ['agentId', 'is not the agent of the tracked call that the record adds to'];
  if (record.provider !== undefined && provider !== undefined && normaliseName(record.provider) !== provider)
    return ['provider', 'is not the provider of the tracked call that the record adds to'];
  if (errorType !== undefined && status === undefined) return ['errorType', 'needs a status beside it'];
  const late = { status, timeToFirstTokenMs };
  const field = ended
    ? (['status', 'timeToFirstTokenMs'] as const).find((name) => late[name] !== undefined)
    : undefined;
  return field && [field, 'comes after the end of the tracked call that the record adds to'];
}

/** What the three kinds of records have in common. */
interface ExecutionRecord {
  readonly status?: ExecutionStatus;
  readonly durationMs?: number;
  readonly errorType?: string;
  readonly endTime?: Date;
}

/** An execution that was measured elsewhere, and how it ended. */
class RecordedExecution implements EndingExecution, RequestMember, Outcome {
  readonly parentSerial: number | undefined;
  readonly requestSerial: number | undefined;
  readonly span = activeSpan();
  /** A record does not tell what was called inside it. */
  readonly totals = undefined;
  readonly status: ExecutionStatus;
  readonly errorType: string | undefined;
  private readonly durationMs: number | undefined;
  /** Milliseconds since 1970; undefined where it ends as it is recorded. */
  private readonly endTime: number | undefined;

  constructor(
    readonly kind: ExecutionKind,
    readonly name: string,
    readonly agentId: string | undefined,
    readonly serial: number,
    private readonly context: EnclosingExecution | undefined,
    { status = 'success', durationMs, errorType, endTime }: ExecutionRecord,
    readonly measures: ExecutionMeasures | undefined = undefined,
    readonly provider: string | undefined = undefined,
    readonly usage: CallUsage | undefined = undefined,
  ) {
    this.parentSerial = context?.serial;
    this.requestSerial = kind === 'agent' ? (context?.enclosingRequest ?? serial) : context?.requestSerial;
    this.status = status;
    this.errorType = errorType === undefined ? undefined : normaliseName(errorType);
    this.durationMs = durationMs;
    this.endTime = endTime === undefined ? undefined : endTime.getTime();
  }

  get collected(): CollectedRequest | undefined {
    return this.enclosing?.collected;
  }

  get breakdownValue(): string | undefined {
    return this.enclosing?.breakdownValue;
  }

  /** What runs around it, as far as they are of one request. */
  private get enclosing(): EnclosingExecution | undefined {
    return this.requestSerial === this.serial ? undefined : this.context;
  }

  writeTimes(finished: FinishedExecution, now: number, wallTime: number): void {
    const { endTime = wallTime, durationMs = NaN } = this;
    finished.endTime = endTime;
    finished.durationNs = Math.round(durationMs * NS_PER_MS);
    finished.pausedNs = 0;
    if (this.requestSerial !== undefined) finished.startedAt = now - (wallTime - endTime) - (this.durationMs ?? 0);
  }
}

keepShapes(new RecordedExecution('tool', '', undefined, 0, undefined, {}));
