import { inspect } from 'node:util';
import type { Registry } from 'prom-client';
import { activeSpan } from './active-span';
import type { CollectorSurroundings, RecordContext, RunningExecution } from './collector-surroundings';
import { EXPORT_FORMATS } from './export-format';
import type { ExportFormat } from './export-format';
import { normaliseName } from './execution-name';
import { findAgentFault, findCacheFault, findMemoryFault, findModelFault, findToolFault } from './execution-records';
import type { AgentExecutionRecord, ModelCallRecord, RecordFault, ToolExecutionRecord } from './execution-records';
import type { ExecutionKind, ExecutionStatus } from './execution-status';
import { defaultErrorType, ExecutionEntry, toExecution, toNanoseconds } from './execution-entry';
import type { Execution } from './execution-entry';
import { ModelSeries } from './execution-series';
import type { AgentMetrics, CacheMetrics, ModelMetrics, SystemMetrics, ToolMetrics } from './metrics-snapshot';
import type { CountedSeries, MetricsStore } from './metrics-store';
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
    if (this.rejects('recordAgentExecution', findAgentFault(record))) return;
    const { series } = this.store.ledger;
    const agentId = normaliseName(record.agentId);
    if (record.agentName !== undefined) series.nameAgent(agentId, normaliseName(record.agentName));
    const context = this.surroundings.running();
    const id = this.store.nextId();
    const requestId = context?.enclosingRequest ?? id;
    this.add(
      new ExecutionEntry('agent', agentId, agentId, id, context?.entry.id, requestId),
      series.agent(agentId),
      record,
    );
  }

  /** Records one finished tool execution, of the running agent unless `agentId` names another. */
  recordToolExecution(record: ToolExecutionRecord): void {
    if (this.rejects('recordToolExecution', findToolFault(record))) return;
    const context = this.surroundings.running();
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
    const entry = this.open('tool', toolName, agentId, context);
    entry.inputBytes = record.inputBytes ?? 0;
    entry.outputBytes = record.outputBytes ?? 0;
    entry.retries = record.retries ?? 0;
    this.add(entry, series, record);
  }

  /**
   * Records one model call, of the running agent unless `agentId` names another. Inside a tracked call of the same model
   * it adds tokens and cost to that one instead of counting a second.
   *
   * @returns what it cost in US dollars, where anybody knows the price
   */
  recordModelCall(record: ModelCallRecord): { costUsd?: number } {
    if (this.rejects('recordModelCall', findModelFault(record))) return {};
    const context = this.surroundings.running();
    const model = normaliseName(record.model);
    const tokens = completeTokens(record);
    const costUsd = record.costUsd ?? this.store.prices.costOf(tokens, model, record.provider);
    if (context?.series instanceof ModelSeries && context.entry.name === model) {
      context.series.tokens.add(tokens, costUsd);
      this.store.touch();
    } else {
      const agentId = record.agentId === undefined ? context?.contextAgentId : normaliseName(record.agentId);
      const series = this.store.ledger.series.model(agentId, model, normaliseName(record.provider ?? ''));
      series.tokens.add(tokens, costUsd);
      const entry = this.open('model', model, agentId, context);
      if (record.timeToFirstTokenMs !== undefined) entry.firstChunkNs = toNanoseconds(record.timeToFirstTokenMs);
      const { status, errorType, durationMs } = record;
      this.add(entry, series, { status, errorType, durationMs });
    }
    return { costUsd };
  }

  /** Records a hit of one of the application's caches, by its name or of the unnamed one. */
  recordCacheHit(cache?: string): void {
    if (this.rejects('recordCacheHit', findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheHit').hits += 1;
    this.store.touch();
  }

  /** Records a miss of one of the application's caches, by its name or of the unnamed one. */
  recordCacheMiss(cache?: string): void {
    if (this.rejects('recordCacheMiss', findCacheFault(cache))) return;
    this.store.ledger.series.cache(cache && normaliseName(cache), 'cacheMiss').misses += 1;
    this.store.touch();
  }

  /** Takes a memory reading in bytes from elsewhere. From the first one on the module no longer samples the process. */
  updateMemoryUsage(bytes: number): void {
    if (!this.rejects('updateMemoryUsage', findMemoryFault(bytes))) this.store.memory.update(bytes);
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

  private rejects(method: string, fault: RecordFault | undefined): boolean {
    if (!this.store.enabled) return true;
    if (fault !== undefined) this.refuse(method, fault);
    return fault !== undefined;
  }

  private refuse(method: string, { field, value, allowed }: RecordFault): void {
    const message = `${method}: ${field} is ${describe(value)}, must be ${allowed}.`;
    if (this.surroundings.strict) throw new RangeError(message);
    this.surroundings.warnOnce(
      `${method}.${field}`,
      `${message} The record was dropped; more of the kind are not logged.`,
    );
  }

  /** The entry of a tool execution or a model call that is recorded in a context. */
  private open(
    kind: ExecutionKind,
    name: string,
    agentId: string | undefined,
    context: RecordContext | undefined,
  ): ExecutionEntry {
    return new ExecutionEntry(kind, name, agentId, this.store.nextId(), context?.entry.id, context?.entry.requestId);
  }

  private add(
    entry: ExecutionEntry,
    series: CountedSeries,
    { status = 'success', errorType, durationMs, endTime }: Ending,
  ): void {
    const { clock, ledger } = this.store;
    const now = clock.now();
    const wallTime = clock.wallTime(now);
    entry.status = status;
    entry.errorType = errorType === undefined ? defaultErrorType(status) : normaliseName(errorType);
    entry.endTime = endTime?.getTime() ?? wallTime;
    if (durationMs !== undefined) entry.durationNs = toNanoseconds(durationMs);
    entry.span = activeSpan();
    // What is said to end in the future counts as ending now.
    const endedAt = now - Math.max(0, wallTime - entry.endTime);
    this.store.touch(wallTime);
    this.store.add(entry, ledger, series, endedAt);
  }
}

/** What the three kinds of records have in common. */
interface Ending {
  readonly status?: ExecutionStatus;
  readonly durationMs?: number;
  readonly errorType?: string;
  readonly endTime?: Date;
}

function matches(entry: ExecutionEntry, { kind, agentId, toolName, status }: HistoryFilter): boolean {
  return (
    (kind === undefined || entry.kind === kind) &&
    (agentId === undefined || entry.agentId === agentId) &&
    (toolName === undefined || (entry.kind === 'tool' && entry.name === toolName)) &&
    (status === undefined || entry.status === status)
  );
}

/** Short and harmless in a log line, whatever it is. */
function describe(value: unknown): string {
  return inspect(value, { depth: 0, maxArrayLength: 4, maxStringLength: 40, breakLength: Infinity });
}
