import { inspect } from 'node:util';
import type { CollectorPorts, EnclosingExecution } from './collector-ports';
import { activeSpan } from './executions/active-span';
import { ExecutionMeasures, NOTHING_MEASURED } from './executions/execution-measures';
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
import { defaultErrorType, toNanoseconds, type ExecutionIdentity } from './executions/finished-execution';
import type { CountedSeries, MetricsStore } from './metrics-store';
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
    const { series } = this.store.ledger;
    const agentId = normaliseName(record.agentId);
    if (record.agentName !== undefined) series.nameAgent(agentId, normaliseName(record.agentName));
    const context = this.ports.ownRunning();
    const serial = this.store.nextSerial();
    const requestSerial = context?.enclosingRequest ?? serial;
    const parentSerial = context?.serial;
    const identity = { kind: 'agent', name: agentId, agentId, serial, parentSerial, requestSerial } as const;
    this.add(identity, series.agent(agentId), record);
  }

  addToolExecution(record: ToolExecutionRecord): void {
    if (this.rejects('recordToolExecution', findToolFault(record))) return;
    const context = this.ports.ownRunning();
    const table = this.store.ledger.series;
    let { agentId = context?.contextAgentId, toolName } = record;
    let series = table.findTool(agentId, toolName);
    if (series === undefined) {
      agentId = agentId && normaliseName(agentId);
      series = table.tool(agentId, (toolName = normaliseName(toolName)));
    } else {
      // The same names, in memory of their own.
      ({ toolName } = series);
      agentId &&= series.agentId;
    }
    this.add(this.identify('tool', toolName, agentId, context), series, record, measuresOfTool(record));
  }

  addModelCall(record: ModelCallRecord): { costUsd?: number } {
    if (this.rejects('recordModelCall', findModelFault(record))) return {};
    const context = this.ports.ownRunning();
    const model = normaliseName(record.model);
    const tokens = completeTokens(record);
    const costUsd = record.costUsd ?? this.store.prices.costOf(tokens, model, record.provider);
    if (context?.series instanceof ModelSeries && context.name === model) {
      context.series.tokens.add(tokens, costUsd);
      this.store.touch();
    } else {
      const agentId = record.agentId === undefined ? context?.contextAgentId : normaliseName(record.agentId);
      const series = this.store.ledger.series.model(agentId, model, normaliseName(record.provider ?? ''));
      series.tokens.add(tokens, costUsd);
      const { status, errorType, durationMs } = record;
      const identity = this.identify('model', model, agentId, context);
      this.add(identity, series, { status, errorType, durationMs }, measuresOfModel(record));
    }
    return { costUsd };
  }

  addCacheHit(cache: string | undefined): void {
    if (this.rejects('recordCacheHit', findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheHit').hits += 1;
    this.store.touch();
  }

  addCacheMiss(cache: string | undefined): void {
    if (this.rejects('recordCacheMiss', findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheMiss').misses += 1;
    this.store.touch();
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

  /** A tool execution or a model call that is recorded in a context. */
  private identify(
    kind: ExecutionKind,
    name: string,
    agentId: string | undefined,
    context: EnclosingExecution | undefined,
  ): ExecutionIdentity {
    const serial = this.store.nextSerial();
    return { kind, name, agentId, serial, parentSerial: context?.serial, requestSerial: context?.requestSerial };
  }

  private add(
    identity: ExecutionIdentity,
    series: CountedSeries,
    { status = 'success', errorType, durationMs, endTime }: Ending,
    measures = NOTHING_MEASURED,
  ): void {
    const { clock, ledger } = this.store;
    const now = clock.now();
    const wallTime = clock.wallTime(now);
    const span = activeSpan();
    const entry = ledger.history.add(identity);
    entry.status = status;
    entry.errorType = errorType === undefined ? defaultErrorType(status) : normaliseName(errorType);
    entry.endTime = endTime?.getTime() ?? wallTime;
    entry.errorMessage = undefined;
    entry.durationNs = durationMs === undefined ? NaN : toNanoseconds(durationMs);
    entry.pausedNs = 0;
    entry.measures = measures;
    entry.span = span;
    // What is said to end in the future counts as ending now.
    const endedAt = now - Math.max(0, wallTime - entry.endTime);
    this.store.touch(wallTime);
    this.store.add(entry, ledger, series, endedAt);
  }
}

function measuresOfTool(record: ToolExecutionRecord) {
  const { inputBytes, outputBytes, retries } = record;
  const isNothing = inputBytes === undefined && outputBytes === undefined && retries === undefined;
  return isNothing ? NOTHING_MEASURED : ownMeasuresOfTool(record);
}

function ownMeasuresOfTool({ inputBytes = 0, outputBytes = 0, retries = 0 }: ToolExecutionRecord) {
  return Object.assign(new ExecutionMeasures(), { inputBytes, outputBytes, retries });
}

function measuresOfModel({ timeToFirstTokenMs }: ModelCallRecord) {
  if (timeToFirstTokenMs === undefined) return NOTHING_MEASURED;
  return Object.assign(new ExecutionMeasures(), { firstChunkNs: toNanoseconds(timeToFirstTokenMs) });
}

/** What the three kinds of records have in common. */
interface Ending {
  readonly status?: ExecutionStatus;
  readonly durationMs?: number;
  readonly errorType?: string;
  readonly endTime?: Date;
}

/** Short and harmless in a log line, whatever it is. */
function describe(value: unknown): string {
  return inspect(value, { depth: 0, maxArrayLength: 4, maxStringLength: 40, breakLength: Infinity });
}
