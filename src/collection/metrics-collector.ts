import { inspect } from 'node:util';
import type { Registry } from 'prom-client';
import { normaliseName } from './execution-name';
import { findAgentFault, findCacheFault, findMemoryFault, findToolFault } from './execution-records';
import type { AgentExecutionRecord, RecordFault, ToolExecutionRecord } from './execution-records';
import type { ExecutionKind, ExecutionStatus } from './execution-status';
import { defaultErrorType, toExecution, toNanoseconds } from './finished-execution';
import type { Execution, FinishedExecution } from './finished-execution';
import { mergeTools, readAgent, readSystem, readTool } from './metrics-snapshot';
import type { AgentMetrics, SystemMetrics, ToolMetrics } from './metrics-snapshot';
import type { MetricsStore } from './metrics-store';

/** The formats of `exportMetrics` and of `GET /metrics?format=`. */
export const EXPORT_FORMATS = ['json', 'prometheus', 'openmetrics'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Which executions `getHistory` returns; what is left out filters nothing. */
export interface HistoryFilter {
  readonly kind?: ExecutionKind;
  readonly agentId?: string;
  readonly toolName?: string;
  readonly status?: ExecutionStatus;
  /** How many at most, the newest first. */
  readonly limit?: number;
}

/** An execution in progress. */
export interface RunningExecution {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly requestId: string | undefined;
  readonly kind: ExecutionKind;
  readonly agentId: string | undefined;
  readonly toolName: string | undefined;
  readonly startTime: Date;
  readonly ageSeconds: number;
}

/** The execution in whose context a record is made. */
export interface RecordContext {
  readonly id: number;
  /** The nearest agent. */
  readonly agentId: string | undefined;
  /** The request of the nearest agent that still runs. */
  readonly requestId: number | undefined;
}

/** What the collector needs of the rooms around it, handed in so that collection depends on none of them. */
export interface CollectorSurroundings {
  running(): RecordContext | undefined;
  /** Executions in progress, oldest first. */
  listRunning(): RunningExecution[];
  export(format: ExportFormat): Promise<string>;
  warnOnce(kind: string, message: string): void;
  readonly registry: Registry;
  readonly strict: boolean;
}

/**
 * The application's numbers: records what was measured elsewhere and reads what was collected. Inject it.
 *
 * Recording never throws: an invalid record is dropped and logged once per kind of fault, unless the option `strict`
 * is set; then it is a `RangeError` that names the field.
 *
 * @example
 * constructor(private readonly metrics: MetricsCollector) {}
 * this.metrics.recordToolExecution({ toolName: 'search', agentId: 'researcher', durationMs: 120, status: 'success' });
 */
export class MetricsCollector {
  constructor(
    private readonly store: MetricsStore,
    private readonly surroundings: CollectorSurroundings,
  ) {}

  /** The prom-client registry that holds this module's families. */
  get registry(): Registry {
    return this.surroundings.registry;
  }

  /** Records one finished agent execution. It is a request unless an agent runs in its context. */
  recordAgentExecution(record: AgentExecutionRecord): void {
    if (!this.accepts('recordAgentExecution', () => findAgentFault(record))) return;
    const agentId = normaliseName(record.agentId);
    if (record.agentName !== undefined) this.store.ledger.renameAgent(agentId, normaliseName(record.agentName));
    this.finish(record, { kind: 'agent', agentId, toolName: undefined, retries: 0, inputBytes: 0, outputBytes: 0 });
  }

  /** Records one finished tool execution, of the running agent unless `agentId` names another. */
  recordToolExecution(record: ToolExecutionRecord): void {
    if (!this.accepts('recordToolExecution', () => findToolFault(record))) return;
    const agentId = record.agentId === undefined ? this.surroundings.running()?.agentId : normaliseName(record.agentId);
    const { retries = 0, inputBytes = 0, outputBytes = 0 } = record;
    const toolName = normaliseName(record.toolName);
    this.finish(record, { kind: 'tool', agentId, toolName, retries, inputBytes, outputBytes });
  }

  /** Records a hit of one of the application's caches, by its name or of the unnamed one. */
  recordCacheHit(cache?: string): void {
    if (!this.accepts('recordCacheHit', () => findCacheFault(cache))) return;
    this.store.ledger.cacheSeries(cache && normaliseName(cache), 'cacheHit').hits += 1;
    this.store.touch();
  }

  /** Records a miss of one of the application's caches, by its name or of the unnamed one. */
  recordCacheMiss(cache?: string): void {
    if (!this.accepts('recordCacheMiss', () => findCacheFault(cache))) return;
    this.store.ledger.cacheSeries(cache && normaliseName(cache), 'cacheMiss').misses += 1;
    this.store.touch();
  }

  /** Takes a memory reading in bytes from elsewhere. From the first one on the module no longer samples the process. */
  updateMemoryUsage(bytes: number): void {
    if (this.accepts('updateMemoryUsage', () => findMemoryFault(bytes))) this.store.memory.update(bytes);
  }

  /** The application as a whole. */
  getSystemMetrics(): SystemMetrics {
    return readSystem(this.store);
  }

  /** One agent, or undefined for an unknown id. */
  getAgentMetrics(agentId: string): AgentMetrics | undefined {
    const series = this.store.ledger.agents.get(normaliseName(agentId));
    return series && readAgent(series);
  }

  /** One tool over all agents and outside any, or undefined for an unknown name. */
  getToolMetrics(toolName: string): ToolMetrics | undefined {
    const name = normaliseName(toolName);
    const series = mergeTools(this.store.ledger, name).get(name);
    return series && readTool(series);
  }

  /** All agents by id. */
  getAgents(): ReadonlyMap<string, AgentMetrics> {
    return new Map([...this.store.ledger.agents].map(([id, series]) => [id, readAgent(series)]));
  }

  /** All tools by name, over all agents and outside any. */
  getTools(): ReadonlyMap<string, ToolMetrics> {
    return new Map([...mergeTools(this.store.ledger)].map(([name, series]) => [name, readTool(series)]));
  }

  /** Finished executions, newest first; at most `historySize` are kept. */
  getHistory({ agentId, toolName, ...filter }: HistoryFilter = {}): Execution[] {
    const wanted = {
      ...filter,
      agentId: agentId && normaliseName(agentId),
      toolName: toolName && normaliseName(toolName),
    };
    const found: Execution[] = [];
    for (const finished of this.store.ledger.history.newestFirst()) {
      if (found.length >= (filter.limit ?? Infinity)) break;
      if (matches(finished, wanted)) found.push(toExecution(finished, this.store.instanceId));
    }
    return found;
  }

  /** Executions in progress, oldest first. */
  getRunning(): RunningExecution[] {
    return this.surroundings.listRunning();
  }

  /**
   * The whole document as text.
   *
   * @throws (as a rejection) an error that lists the formats where `format` is none of them.
   */
  async exportMetrics(format: ExportFormat): Promise<string> {
    if (!EXPORT_FORMATS.includes(format)) {
      throw new RangeError(`Unknown format ${JSON.stringify(format)}: use one of ${EXPORT_FORMATS.join(', ')}.`);
    }
    return this.surroundings.export(format);
  }

  /** Goes on recording. */
  enable(): void {
    this.store.enabled = true;
  }

  /** Stops recording; reading and limits go on. */
  disable(): void {
    this.store.enabled = false;
  }

  isEnabled(): boolean {
    return this.store.enabled;
  }

  /** All numbers to zero and a new start time. What runs now began before it and will not be counted. */
  reset(): void {
    this.store.reset();
  }

  private accepts(method: string, findFault: () => RecordFault | undefined): boolean {
    if (!this.store.enabled) return false;
    const fault = findFault();
    if (fault === undefined) return true;
    const message = `${method}: ${fault.field} is ${describe(fault.value)}, must be ${fault.allowed}.`;
    if (this.surroundings.strict) throw new RangeError(message);
    this.surroundings.warnOnce(
      `${method}.${fault.field}`,
      `${message} The record was dropped; more of the kind are not logged.`,
    );
    return false;
  }

  private finish(record: AgentExecutionRecord | ToolExecutionRecord, names: ExecutionNames): void {
    const running = this.surroundings.running();
    const id = this.store.nextId();
    this.store.addExecution({
      ...names,
      id,
      parentId: running?.id,
      requestId: running?.requestId ?? (names.kind === 'agent' ? id : undefined),
      status: record.status,
      errorType: record.errorType === undefined ? defaultErrorType(record.status) : normaliseName(record.errorType),
      endTime: record.endTime?.getTime() ?? this.store.clock.wallTime(),
      durationNs: toNanoseconds(record.durationMs),
      chunks: 0,
      firstChunkNs: undefined,
    });
  }
}

type ExecutionNames = Pick<
  FinishedExecution,
  'kind' | 'agentId' | 'toolName' | 'retries' | 'inputBytes' | 'outputBytes'
>;

function matches(execution: FinishedExecution, { kind, agentId, toolName, status }: HistoryFilter): boolean {
  return (
    (kind === undefined || execution.kind === kind) &&
    (agentId === undefined || execution.agentId === agentId) &&
    (toolName === undefined || execution.toolName === toolName) &&
    (status === undefined || execution.status === status)
  );
}

/** Short and harmless in a log line, whatever it is. */
function describe(value: unknown): string {
  return inspect(value, { depth: 0, maxArrayLength: 4, maxStringLength: 40, breakLength: Infinity });
}
