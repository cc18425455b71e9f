import type { Registry } from 'prom-client';
import type { BudgetState } from './budgets/budget';
import type { CollectorPorts } from './collector-ports';
import { ExecutionRecorder } from './execution-recorder';
import type { Execution, RunningExecution } from './executions/execution';
import type { HistoryFilter } from './executions/execution-history';
import type { AgentExecutionRecord, ModelCallRecord, ToolExecutionRecord } from './executions/execution-records';
import { EXPORT_FORMATS, type ExportFormat } from './export-format';
import type { MetricsStore } from './metrics-store';
import type {
  AgentMetrics,
  Breakdown,
  CacheMetrics,
  ModelMetrics,
  SystemMetrics,
  ToolMetrics,
} from './reading/metrics-snapshot';
import type { NumbersReader } from './reading/numbers.reader';
import { openReading } from './reading/reading.door';
import type { Trends, TrendsOptions } from './reading/trend-window';
import type { FinishedRequest, RequestFilter, RequestTree, RunningRequest } from './requests/request';

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
  private readonly recorder: ExecutionRecorder;
  private readonly numbers: NumbersReader;

  /** @internal Nest makes it: inject it. */
  constructor(
    private readonly store: MetricsStore,
    private readonly ports: CollectorPorts,
  ) {
    this.recorder = new ExecutionRecorder(store, ports);
    const { NumbersReader } = openReading();
    this.numbers = new NumbersReader(store, ports.tracked);
  }

  /**
   * The registry that holds this module's families: the option `registry`, else one of prom-client. Typed as
   * prom-client's: inject `METRICS_REGISTRY` where the option is of another client.
   */
  get registry(): Registry {
    return this.ports.registry;
  }

  /**
   * Records one finished agent execution. It is a request unless an agent runs in its context.
   *
   * @example
   * metrics.recordAgentExecution({ agentId: 'researcher', durationMs: 900, status: 'error', errorType: 'QuotaError' });
   */
  recordAgentExecution(record: AgentExecutionRecord): void {
    this.recorder.addAgentExecution(record);
  }

  /**
   * Records one finished tool execution, of the running agent unless `agentId` names another.
   *
   * @example
   * metrics.recordToolExecution({ toolName: 'search', agentId: 'researcher', durationMs: 120, status: 'success' });
   */
  recordToolExecution(record: ToolExecutionRecord): void {
    this.recorder.addToolExecution(record);
  }

  /**
   * Records one model call, of the running agent unless `agentId` names another. Inside a tracked call of the same
   * model, or while the agent has exactly one such call open (a stream that it reads), it counts no second call: it
   * adds tokens, cost, status, error type and first token to that one. A record with a field that cannot be added,
   * such as a duration, is dropped and logged like an invalid one.
   *
   * @returns its cost in US dollars, if the model has a price
   *
   * @example
   * metrics.recordModelCall({ model: 'gpt-4o', provider: 'openai', inputTokens: 1_200, outputTokens: 300 });
   */
  recordModelCall(record: ModelCallRecord): {
    /** US dollars; undefined if the model has no price. */
    costUsd?: number;
  } {
    return this.recorder.addModelCall(record);
  }

  /**
   * Records a hit of one of the application's caches, by its name or of the unnamed one.
   *
   * @example
   * metrics.recordCacheHit('answers');
   */
  recordCacheHit(cache?: string): void {
    this.recorder.addCacheHit(cache);
  }

  /** Records a miss of one of the application's caches, by its name or of the unnamed one. */
  recordCacheMiss(cache?: string): void {
    this.recorder.addCacheMiss(cache);
  }

  /** Takes a memory reading in bytes from elsewhere. From the first one on the module no longer samples the process. */
  updateMemoryUsage(bytes: number): void {
    this.recorder.setMemoryUsage(bytes);
  }

  /** The application as a whole. */
  getSystemMetrics(): SystemMetrics {
    return this.numbers.system();
  }

  /**
   * One agent, or undefined for an unknown id.
   *
   * @example
   * metrics.getAgentMetrics('researcher')?.averageDurationMs;
   */
  getAgentMetrics(agentId: string): AgentMetrics | undefined {
    return this.numbers.agent(agentId);
  }

  /**
   * One tool over all agents and outside any, or undefined for an unknown name.
   *
   * @example
   * metrics.getToolMetrics('search')?.errorCount;
   */
  getToolMetrics(toolName: string): ToolMetrics | undefined {
    return this.numbers.tool(toolName);
  }

  /**
   * Tool calls of one agent that the same execution of it had made before, with equal arguments: how many by tool, those
   * that have ended. Undefined unless the option `measureRepeats` is set.
   *
   * @example
   * metrics.getRepeatedCalls('researcher')?.get('search');
   */
  getRepeatedCalls(agentId: string): ReadonlyMap<string, number> | undefined {
    return this.numbers.repeatedCalls(agentId);
  }

  /** All agents by id. */
  getAgents(): ReadonlyMap<string, AgentMetrics> {
    return this.numbers.agents();
  }

  /** All tools by name, over all agents and outside any. */
  getTools(): ReadonlyMap<string, ToolMetrics> {
    return this.numbers.tools();
  }

  /** One model over all agents and outside any, or undefined for an unknown name. */
  getModelMetrics(model: string): ModelMetrics | undefined {
    return this.numbers.model(model);
  }

  /** All models by name, over all agents, providers and outside any agent. */
  getModels(): ReadonlyMap<string, ModelMetrics> {
    return this.numbers.models();
  }

  /** The application's named caches. */
  getCaches(): ReadonlyMap<string, CacheMetrics> {
    return this.numbers.caches();
  }

  /**
   * What budgets have spent in their present windows, in the order of the option `budgets`: the application, or of each budget
   * at most 100 agents or values of the breakdown, those nearest to their limit first.
   *
   * @example
   * const nearlySpent = metrics.getBudgets().filter(({ spentRatio = 0 }) => spentRatio > 0.8);
   */
  getBudgets(): BudgetState[] {
    return this.store.budgets.read();
  }

  /**
   * Requests, tokens and cost by the values of the option `breakdown`; undefined unless that is set.
   *
   * @example
   * metrics.getBreakdown()?.values['acme']?.tokenUsage.costUsd;
   */
  getBreakdown(): Breakdown | undefined {
    return this.numbers.breakdown();
  }

  /**
   * Requests and every agent, tool and model over time.
   *
   * @throws RangeError that lists the windows where `window` is none of them, or that says what `names` must be
   *
   * @example
   * metrics.getTrends({ window: '1h' }).agents['researcher']?.p95Seconds;
   * metrics.getTrends({ names: ['gpt-x'], points: false }).models['gpt-x']?.costUsd;
   */
  getTrends(options: TrendsOptions = {}): Trends {
    return this.numbers.trends(options);
  }

  /**
   * Finished executions, newest first; at most `historySize` are kept.
   *
   * @example
   * metrics.getHistory({ agentId: 'researcher', status: 'error', limit: 10 });
   */
  getHistory(filter: HistoryFilter = {}): Execution[] {
    return this.numbers.history(filter);
  }

  /** Executions in progress, oldest first. */
  getRunning(): RunningExecution[] {
    return this.numbers.running();
  }

  /** Requests in progress, the newest first. */
  getRequests(filter: RequestFilter & { readonly view: 'running' }): RunningRequest[];
  /**
   * Whole requests without their executions: the last by default, the newest first; the slowest of the last hour, the
   * slowest first; or the last that failed or had a step that failed. The option `requestHistory` says how many are kept.
   *
   * @example
   * const [slowest] = metrics.getRequests({ view: 'slowest' });
   */
  getRequests(filter?: RequestFilter & { readonly view?: 'recent' | 'slowest' | 'failed' }): FinishedRequest[];
  /** Those of any view. */
  getRequests(filter: RequestFilter): (FinishedRequest | RunningRequest)[];
  getRequests(filter: RequestFilter = {}): (FinishedRequest | RunningRequest)[] {
    return this.numbers.requests(filter);
  }

  /**
   * One request with its executions as a tree, also while it runs; undefined if it is not kept. Executions that
   * continue after its agent has ended are part of it.
   *
   * @param id the `requestId` of any execution of it
   *
   * @example
   * const [request] = metrics.getRequests({ view: 'failed', limit: 1 });
   * const steps = request && metrics.getRequest(request.id)?.executions;
   */
  getRequest(id: string): RequestTree | undefined {
    return this.numbers.request(id);
  }

  /**
   * The whole document as text.
   *
   * @throws (as a rejection) an error that lists the formats where `format` is none of them.
   *
   * @example
   * response.type('text/plain').send(await metrics.exportMetrics('prometheus'));
   */
  async exportMetrics(format: ExportFormat): Promise<string> {
    if (!EXPORT_FORMATS.includes(format)) {
      throw new RangeError(`Unknown format ${JSON.stringify(format)}: use one of ${EXPORT_FORMATS.join(', ')}.`);
    }
    return this.ports.export(format);
  }

  /** Goes on recording. */
  enable(): void {
    this.store.enabled = true;
  }

  /** Stops recording; reading and limits go on. */
  disable(): void {
    this.store.enabled = false;
  }

  /** Whether it records. */
  isEnabled(): boolean {
    return this.store.enabled;
  }

  /**
   * Sets all numbers to zero and the start time to now. Budgets keep what they have spent. Executions in progress are
   * not counted.
   */
  reset(): void {
    this.store.reset();
  }
}
