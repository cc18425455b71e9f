import type { DeclaredNames } from './declared-names';
import type { BucketBounds } from './duration-histogram';
import { DurationHistogram } from './duration-histogram';
import { ExecutionHistory } from './execution-history';
import { AgentSeries, CacheSeries, ExecutionSeries, ToolSeries } from './execution-series';
import { isFailure } from './execution-status';
import type { FinishedExecution } from './finished-execution';
import type { LimitedFamily } from './series-limit';
import { OTHER_NAME, SeriesLimit } from './series-limit';

export interface LedgerSettings {
  readonly buckets: Readonly<Record<'request' | 'agent' | 'tool' | 'firstChunk', BucketBounds>>;
  readonly historySize: number;
  readonly maxSeries: number;
  readonly onFirstDrop: (family: LimitedFamily, max: number) => void;
}

/**
 * Everything that was counted since the start or the last reset. A reset is a new ledger: an execution that began
 * under the old one ends there and never touches the new numbers.
 */
export class Ledger {
  readonly requests: ExecutionSeries;
  readonly agents = new Map<string, AgentSeries>();
  readonly toolsOutsideAgents = new Map<string, ToolSeries>();
  readonly unnamedCache = new CacheSeries([]);
  readonly caches = new Map<string, CacheSeries>();
  readonly history: ExecutionHistory;
  readonly limit: SeriesLimit;
  /** Milliseconds since 1970; undefined before the first record. */
  lastUpdated: number | undefined;

  constructor(
    /** Milliseconds since 1970. */
    readonly startTime: number,
    private readonly settings: LedgerSettings,
    private readonly names: DeclaredNames,
  ) {
    this.requests = new ExecutionSeries([], settings.buckets.request);
    this.history = new ExecutionHistory(settings.historySize);
    this.limit = new SeriesLimit(settings.maxSeries, settings.onFirstDrop);
    this.openDeclared();
  }

  /** Opens the series of declared names that have none yet: they are exposed from 0, before their first use. */
  openDeclared(): void {
    for (const id of this.names.agents.keys()) this.agentSeries(id);
    for (const { agentId, toolName } of this.names.toolsOfAgents) this.toolSeries(agentId, toolName);
  }

  agentSeries(id: string): AgentSeries {
    return this.agents.get(id) ?? this.newAgentSeries(id);
  }

  /** The display name that was given last counts, but `__other__` belongs to nobody. */
  renameAgent(id: string, displayName: string): void {
    const series = this.agentSeries(id);
    if (series.agentId === id) series.agentName = displayName;
  }

  toolSeries(agentId: string | undefined, toolName: string): ToolSeries {
    if (agentId === undefined) return this.toolsOutsideAgents.get(toolName) ?? this.newToolSeries(undefined, toolName);
    const agent = this.agentSeries(agentId);
    return agent.tools.get(toolName) ?? this.newToolSeries(agent, toolName);
  }

  cacheSeries(cache: string | undefined, outcome: 'cacheHit' | 'cacheMiss'): CacheSeries {
    if (cache === undefined) return this.unnamedCache;
    const known = this.caches.get(cache);
    if (known !== undefined) return known;
    const name = this.limit.admit('cacheHit') ? cache : OTHER_NAME;
    if (name !== cache) this.limit.drop(outcome);
    return this.open(this.caches, name, () => new CacheSeries([name]));
  }

  addAgentExecution(execution: FinishedExecution, series: AgentSeries): void {
    if (execution.requestId === execution.id) this.requests.add(execution.status, execution.durationNs);
    this.addExecution(execution, series, 'agentError');
    if (series.agentId !== execution.agentId) this.limit.drop('agent');
    if (execution.firstChunkNs === undefined) return;
    series.firstChunks ??= new DurationHistogram(this.settings.buckets.firstChunk);
    series.firstChunks.add(execution.firstChunkNs);
  }

  addToolExecution(execution: FinishedExecution, series: ToolSeries): void {
    this.addExecution(execution, series, 'toolError');
    series.inputBytes += execution.inputBytes;
    series.outputBytes += execution.outputBytes;
    if (series.toolName !== execution.toolName || series.agentId !== (execution.agentId ?? '')) this.limit.drop('tool');
  }

  private addExecution(execution: FinishedExecution, series: ExecutionSeries, errorKind: 'agentError' | 'toolError') {
    series.add(execution.status, execution.durationNs);
    series.retries += execution.retries;
    if (execution.errorType !== undefined && isFailure(execution.status)) {
      this.addError(series, errorKind, execution.errorType);
    }
    this.history.add(execution);
  }

  private addError(series: ExecutionSeries, kind: 'agentError' | 'toolError', errorType: string): void {
    if (series.errorTypes?.has(errorType) || this.limit.admit(kind)) return series.addError(errorType);
    series.addError(OTHER_NAME);
    this.limit.drop(kind);
  }

  private newAgentSeries(id: string): AgentSeries {
    const name = this.names.agents.has(id) || this.limit.admit('agent') ? id : OTHER_NAME;
    const displayName = this.names.agents.get(name) ?? name;
    return this.open(this.agents, name, () => new AgentSeries(name, displayName, this.settings.buckets.agent));
  }

  /** `agent` is the series under which the call stands, which may be `__other__` already. */
  private newToolSeries(agent: AgentSeries | undefined, toolName: string): ToolSeries {
    const agentDeclared = agent === undefined || this.names.agents.has(agent.agentId);
    const toolDeclared = this.names.tools.has(toolName);
    if ((agentDeclared && toolDeclared) || this.limit.admit('tool')) return this.openTool(agent, toolName);
    return this.openTool(agentDeclared ? agent : this.openOtherAgent(), toolDeclared ? toolName : OTHER_NAME);
  }

  private openTool(agent: AgentSeries | undefined, toolName: string): ToolSeries {
    const tools = agent?.tools ?? this.toolsOutsideAgents;
    return this.open(tools, toolName, () => new ToolSeries(agent?.agentId ?? '', toolName, this.settings.buckets.tool));
  }

  private openOtherAgent(): AgentSeries {
    return this.open(
      this.agents,
      OTHER_NAME,
      () => new AgentSeries(OTHER_NAME, OTHER_NAME, this.settings.buckets.agent),
    );
  }

  private open<Series>(table: Map<string, Series>, name: string, create: () => Series): Series {
    let series = table.get(name);
    if (series === undefined) table.set(name, (series = create()));
    return series;
  }
}
