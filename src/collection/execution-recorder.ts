import { inspect } from 'node:util';
import type { CollectorPorts, EnclosingExecution } from './collector-ports';
import { activeSpan } from './executions/active-span';
import { ExecutionMeasures } from './executions/execution-measures';
import { normaliseName } from './executions/execution-name';
import {
  findAgentFault,
  findCacheFault,
  findMemoryFault,
  findModelFault,
  findToolFault,
  type AgentExecutionRecord,
  type ModelCallRecord,
  type RecordFault,
  type ToolExecutionRecord,
} from './executions/execution-records';
import type { ExecutionKind, ExecutionStatus } from './executions/execution-status';
import {
  NS_PER_MS,
  toNanoseconds,
  type EndingExecution,
  type FinishedExecution,
  type Outcome,
} from './executions/finished-execution';
import type { MetricsStore } from './metrics-store';
import { completeTokens } from './models/token-usage';
import { ModelSeries } from './series/execution-series';

/** Takes records of what was measured elsewhere: checks them, finds where they are counted, and counts them. */
export class ExecutionRecorder {
  constructor(
    private readonly store: MetricsStore,
    private readonly ports: CollectorPorts,
  ) {}

  addAgentExecution(record: AgentExecutionRecord): void {
    if (this.rejects('recordAgentExecution', findAgentFault(record))) return;
    const { ledger } = this.store;
    const agentId = normaliseName(record.agentId);
    if (record.agentName !== undefined) ledger.series.nameAgent(agentId, normaliseName(record.agentName));
    const context = this.ports.tracked.ownRunning();
    const serial = (this.store.lastSerial += 1);
    const execution = new RecordedExecution('agent', agentId, agentId, serial, context, record);
    ledger.finish(execution, ledger.series.agent(agentId), execution);
  }

  addToolExecution(record: ToolExecutionRecord): void {
    if (this.rejects('recordToolExecution', findToolFault(record))) return;
    const { ledger } = this.store;
    const context = this.ports.tracked.ownRunning();
    let { agentId = context?.contextAgentId, toolName } = record;
    let series = ledger.series.findTool(agentId, toolName);
    if (series === undefined) {
      agentId = agentId && normaliseName(agentId);
      series = ledger.series.tool(agentId, (toolName = normaliseName(toolName)));
    } else {
      // The same names, in memory of their own.
      ({ toolName } = series);
      agentId &&= series.agentId;
    }
    const serial = (this.store.lastSerial += 1);
    const execution = new RecordedExecution('tool', toolName, agentId, serial, context, record, measuresOfTool(record));
    ledger.finish(execution, series, execution);
  }

  addModelCall(record: ModelCallRecord): { costUsd?: number } {
    if (this.rejects('recordModelCall', findModelFault(record))) return {};
    const { ledger } = this.store;
    const context = this.ports.tracked.ownRunning();
    const model = normaliseName(record.model);
    const tokens = completeTokens(record);
    const costUsd = record.costUsd ?? this.store.prices.costOf(tokens, model, record.provider);
    if (context?.series instanceof ModelSeries && context.name === model) {
      context.series.tokens.add(tokens, costUsd);
      ledger.touch();
    } else {
      const agentId = record.agentId === undefined ? context?.contextAgentId : normaliseName(record.agentId);
      const series = ledger.series.model(agentId, model, normaliseName(record.provider ?? ''));
      series.tokens.add(tokens, costUsd);
      const { status, durationMs, errorType } = record;
      const end = { status, durationMs, errorType };
      const serial = (this.store.lastSerial += 1);
      const execution = new RecordedExecution('model', model, agentId, serial, context, end, measuresOfModel(record));
      ledger.finish(execution, series, execution);
    }
    return { costUsd };
  }

  addCacheHit(cache: string | undefined): void {
    if (this.rejects('recordCacheHit', findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheHit').hits += 1;
    this.store.ledger.touch();
  }

  addCacheMiss(cache: string | undefined): void {
    if (this.rejects('recordCacheMiss', findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheMiss').misses += 1;
    this.store.ledger.touch();
  }

  setMemoryUsage(bytes: number): void {
    if (!this.rejects('updateMemoryUsage', findMemoryFault(bytes))) this.store.memory.update(bytes);
  }

  private rejects(method: string, fault: RecordFault | undefined): boolean {
    if (!this.store.enabled) return true;
    if (fault !== undefined) this.refuse(method, fault);
    return fault !== undefined;
  }

  private refuse(method: string, { field, value, allowed }: RecordFault): void {
    const message = `${method}: ${field} is ${describe(value)}, must be ${allowed}.`;
    if (this.ports.strict) throw new RangeError(message);
    this.ports.warnOnce(`${method}.${field}`, `${message} The record was dropped; more of the kind are not logged.`);
  }
}

/** What the three kinds of records have in common. */
interface ExecutionRecord {
  readonly status?: ExecutionStatus;
  readonly durationMs?: number;
  readonly errorType?: string;
  readonly endTime?: Date;
}

/** An execution that was measured elsewhere, and how it ended. */
class RecordedExecution implements EndingExecution, Outcome {
  readonly parentSerial: number | undefined;
  readonly requestSerial: number | undefined;
  readonly span = activeSpan();
  readonly status: ExecutionStatus;
  readonly errorType: string | undefined;
  private readonly durationMs: number | undefined;
  private readonly endTime: Date | undefined;

  constructor(
    readonly kind: ExecutionKind,
    readonly name: string,
    readonly agentId: string | undefined,
    readonly serial: number,
    context: EnclosingExecution | undefined,
    { status = 'success', durationMs, errorType, endTime }: ExecutionRecord,
    readonly measures: ExecutionMeasures | undefined = undefined,
  ) {
    this.parentSerial = context?.serial;
    this.requestSerial = kind === 'agent' ? (context?.enclosingRequest ?? serial) : context?.requestSerial;
    this.status = status;
    this.errorType = errorType === undefined ? undefined : normaliseName(errorType);
    this.durationMs = durationMs;
    this.endTime = endTime;
  }

  writeTimes(finished: FinishedExecution, _now: number, wallTime: number): void {
    finished.endTime = this.endTime === undefined ? wallTime : this.endTime.getTime();
    finished.durationNs = this.durationMs === undefined ? NaN : Math.round(this.durationMs * NS_PER_MS);
    finished.pausedNs = 0;
  }
}

function measuresOfTool({ inputBytes, outputBytes, retries }: ToolExecutionRecord): ExecutionMeasures | undefined {
  if (inputBytes === undefined && outputBytes === undefined && retries === undefined) return undefined;
  return measuresOf({ inputBytes: inputBytes ?? 0, outputBytes: outputBytes ?? 0, retries: retries ?? 0 });
}

function measuresOfModel({ timeToFirstTokenMs }: ModelCallRecord): ExecutionMeasures | undefined {
  if (timeToFirstTokenMs === undefined) return undefined;
  return measuresOf({ firstChunkNs: toNanoseconds(timeToFirstTokenMs) });
}

function measuresOf(given: Partial<ExecutionMeasures>): ExecutionMeasures {
  return Object.assign(new ExecutionMeasures(), given);
}

/** Short and harmless in a log line, whatever it is. */
function describe(value: unknown): string {
  return inspect(value, { depth: 0, maxArrayLength: 4, maxStringLength: 40, breakLength: Infinity });
}
