import { inspect } from 'node:util';
import type { Registry } from 'prom-client';
import { activeSpan } from './active-span';
import type { CollectorSurroundings, RunningExecution } from './collector-surroundings';
import { EXPORT_FORMATS } from './export-format';
import type { ExportFormat } from './export-format';
import { normaliseName } from './execution-name';
import { findAgentFault, findCacheFault, findMemoryFault, findModelFault, findToolFault } from './execution-records';
import type { AgentExecutionRecord, ModelCallRecord, RecordFault, ToolExecutionRecord } from './execution-records';
import type { ExecutionKind, ExecutionStatus } from './execution-status';
import { defaultErrorType, toExecution, toNanoseconds } from './finished-execution';
import type { Execution, FinishedExecution } from './finished-execution';
import type { AgentMetrics, CacheMetrics, ModelMetrics, SystemMetrics, ToolMetrics } from './metrics-snapshot';
import type { Account, MetricsStore } from './metrics-store';
import { mergeModels, mergeTools, readAgent, readCache, readModel, readSystem, readTool } from './snapshot.reader';
import { completeTokens } from './token-usage';
import { readTrends, TREND_WINDOWS } from './trend-window';
import type { Trends, TrendWindow } from './trend-window';

/** Which executions `getHistory` returns; what is left out filters nothing. */
export interface HistoryFilter {
  readonly kind?: ExecutionKind;
  readonly agentId?: string;
  readonly toolName?: string;
  readonly status?: ExecutionStatus;
  /** How many at most, the newest first. */
  readonly limit?: number;
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
    const { series } = this.store.ledger;
    const { agentName, durationMs, status, errorType, endTime } = record;
    const agentId = normaliseName(record.agentId);
    if (agentName !== undefined) series.nameAgent(agentId, normaliseName(agentName));
    this.add({ kind: 'agent', agentId, durationMs, status, errorType, endTime }, series.agent(agentId));
  }

  /** Records one finished tool execution, of the running agent unless `agentId` names another. */
  recordToolExecution(record: ToolExecutionRecord): void {
    if (!this.accepts('recordToolExecution', () => findToolFault(record))) return;
    const { durationMs, status, errorType, endTime, retries, inputBytes, outputBytes } = record;
    const agentId = this.agentIdOf(record);
    const toolName = normaliseName(record.toolName);
    this.add(
      { kind: 'tool', agentId, toolName, durationMs, status, errorType, endTime, retries, inputBytes, outputBytes },
      this.store.ledger.series.tool(agentId, toolName),
    );
  }

  /**
   * Records one model call, of the running agent unless `agentId` names another. Inside a tracked call of the same model
   * it adds tokens and cost to that one instead of counting a second.
   *
   * @returns what it cost in US dollars, where anybody knows the price
   */
  recordModelCall(record: ModelCallRecord): { costUsd?: number } {
    if (!this.accepts('recordModelCall', () => findModelFault(record))) return {};
    const agentId = this.agentIdOf(record);
    const model = normaliseName(record.model);
    const provider = normaliseName(record.provider ?? '');
    const tokens = completeTokens(record);
    const costUsd = record.costUsd ?? this.store.prices.costOf(tokens, model, record.provider);
    const tracked = this.surroundings.running()?.modelCall;
    if (tracked?.model === model) {
      tracked.addTokens(tokens, costUsd);
      this.store.touch();
      return { costUsd };
    }
    const series = this.store.ledger.series.model(agentId, model, provider);
    const { durationMs, status = 'success', errorType, timeToFirstTokenMs: firstChunkMs } = record;
    series.tokens.add(tokens, costUsd);
    this.add({ kind: 'model', agentId, model, durationMs, status, errorType, firstChunkMs }, series);
    return { costUsd };
  }

  /** Records a hit of one of the application's caches, by its name or of the unnamed one. */
  recordCacheHit(cache?: string): void {
    if (!this.accepts('recordCacheHit', () => findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheHit').hits += 1;
    this.store.touch();
  }

  /** Records a miss of one of the application's caches, by its name or of the unnamed one. */
  recordCacheMiss(cache?: string): void {
    if (!this.accepts('recordCacheMiss', () => findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheMiss').misses += 1;
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
    const series = this.store.ledger.series.agents.get(normaliseName(agentId));
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
    return new Map([...this.store.ledger.series.agents].map(([id, series]) => [id, readAgent(series)]));
  }

  /** All tools by name, over all agents and outside any. */
  getTools(): ReadonlyMap<string, ToolMetrics> {
    return new Map([...mergeTools(this.store.ledger)].map(([name, series]) => [name, readTool(series)]));
  }

  /** One model over all agents and outside any, or undefined for an unknown name. */
  getModelMetrics(model: string): ModelMetrics | undefined {
    return this.getModels().get(normaliseName(model));
  }

  /** All models by name, over all agents, providers and outside any agent. */
  getModels(): ReadonlyMap<string, ModelMetrics> {
    return new Map(mergeModels(this.store.ledger, ['model']).map((series) => [series.model, readModel(series)]));
  }

  /** The application's named caches. */
  getCaches(): ReadonlyMap<string, CacheMetrics> {
    return new Map([...this.store.ledger.series.caches].map(([name, series]) => [name, readCache(series)]));
  }

  /**
   * The course of requests, of every agent and of every tool.
   *
   * @throws RangeError that lists the windows where `window` is none of them
   */
  getTrends({ window = '15m' }: { readonly window?: TrendWindow } = {}): Trends {
    if (!Object.hasOwn(TREND_WINDOWS, window)) {
      const windows = Object.keys(TREND_WINDOWS).join(', ');
      throw new RangeError(`Unknown window ${describe(window)}: use one of ${windows}.`);
    }
    return readTrends(this.store, window);
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

  private agentIdOf({ agentId }: { readonly agentId?: string }): string | undefined {
    return agentId === undefined ? this.surroundings.running()?.agentId : normaliseName(agentId);
  }

  private add(measured: MeasuredExecution, series: Account['series']): void {
    const { clock, ledger } = this.store;
    const running = this.surroundings.running();
    const id = this.store.nextId();
    const wallTime = clock.wallTime();
    const endTime = measured.endTime?.getTime() ?? wallTime;
    const { kind, status, errorType } = measured;
    const finished: FinishedExecution = {
      id,
      parentId: running?.id,
      requestId: kind === 'agent' ? (running?.enclosingRequestId ?? id) : running?.requestId,
      kind,
      agentId: measured.agentId,
      toolName: measured.toolName,
      model: measured.model,
      status,
      errorType: errorType === undefined ? defaultErrorType(status) : normaliseName(errorType),
      errorMessage: undefined,
      endTime,
      durationNs: nanosecondsOf(measured.durationMs),
      pausedNs: 0,
      retries: measured.retries ?? 0,
      inputBytes: measured.inputBytes ?? 0,
      outputBytes: measured.outputBytes ?? 0,
      chunks: 0,
      firstChunkNs: nanosecondsOf(measured.firstChunkMs),
      span: activeSpan(),
    };
    // What is said to end in the future counts as ending now.
    this.store.add(finished, { ledger, series }, clock.now() - Math.max(0, wallTime - endTime));
  }
}

/** What the three kinds of records have in common, checked, with the names as they are counted. */
type MeasuredExecution = Pick<FinishedExecution, 'kind' | 'agentId' | 'status'> &
  Partial<Pick<FinishedExecution, 'toolName' | 'model' | 'retries' | 'inputBytes' | 'outputBytes'>> & {
    readonly durationMs?: number;
    readonly errorType?: string;
    readonly endTime?: Date;
    readonly firstChunkMs?: number;
  };

function nanosecondsOf(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : toNanoseconds(durationMs);
}

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
