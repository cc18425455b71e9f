import type { BreakdownTable } from './breakdown-table';
import type { DeclaredNames } from './declared-names';
import type { BucketBounds } from './histogram';
import { AgentSeries } from './agent-series';
import { CacheSeries } from './cache-series';
import { CallScope } from './call-scope';
import { ModelSeries } from './model-series';
import { SeriesRows } from './series-rows';
import { ToolSeries } from './tool-series';
import { type LimitedKind, type SeriesLimit, OTHER_NAME } from './series-limit';

export type SeriesBuckets = Readonly<Record<'request' | 'agent' | 'tool' | 'model' | 'firstChunk', BucketBounds>>;

/** Finds the series of a combination of names, opens it, or folds it into `__other__` when the limit is reached. */
export class SeriesTable {
  readonly agents = new Map<string, AgentSeries>();
  readonly outsideAgents = new CallScope();
  readonly unnamedCache: CacheSeries;
  readonly caches = new Map<string, CacheSeries>();
  private readonly rows: Readonly<Record<'agent' | 'tool' | 'model', SeriesRows>>;

  constructor(
    readonly buckets: SeriesBuckets,
    private readonly limit: SeriesLimit,
    private readonly names: DeclaredNames,
    /** The time of day, in milliseconds since 1970: that of a series' birth. */
    private readonly now: () => number,
    /** Where the usage of models is broken down. */
    private readonly breakdown: BreakdownTable | undefined,
  ) {
    const rowsOf = (bounds: BucketBounds) => new SeriesRows(bounds, now);
    this.rows = { agent: rowsOf(buckets.agent), tool: rowsOf(buckets.tool), model: rowsOf(buckets.model) };
    this.unnamedCache = new CacheSeries([], now());
  }

  /** Opens the series of declared names that have none yet: they are exposed from 0, before their first use. */
  openDeclared(): void {
    for (const id of this.names.agents.keys()) this.agent(id);
    for (const [agentId, tools] of this.names.toolsOfAgents) for (const tool of tools) this.tool(agentId, tool);
  }

  agent(id: string): AgentSeries {
    return (
      this.agents.get(id) ?? this.openAgent(this.names.hasAgent(id) || this.limit.admit('agent') ? id : OTHER_NAME)
    );
  }

  /** The last display name counts; `__other__` keeps its own. */
  nameAgent(id: string, displayName: string): void {
    const series = this.agent(id);
    if (series.agentId === id) series.agentName = displayName;
  }

  /** A tool that has a series of its own; undefined also for a name that is not in its form. */
  findTool(agentId: string | undefined, toolName: string): ToolSeries | undefined {
    const scope = agentId === undefined ? this.outsideAgents : this.agents.get(agentId)?.calls;
    return scope?.tools.get(toolName);
  }

  tool(agentId: string | undefined, toolName: string): ToolSeries {
    const agent = agentId === undefined ? undefined : this.agent(agentId);
    const scope = agent?.calls ?? this.outsideAgents;
    return scope.tools.get(toolName) ?? this.newTool(agent, toolName);
  }

  model(agentId: string | undefined, model: string, provider: string): ModelSeries {
    const agent = agentId === undefined ? undefined : this.agent(agentId);
    const scope = agent?.calls ?? this.outsideAgents;
    return findProvider(scope, model, provider) ?? this.newModel(agent, model, provider);
  }

  cache(name: string | undefined, outcome: LimitedKind): CacheSeries {
    if (name === undefined) return this.unnamedCache;
    const known = this.caches.get(name);
    if (known !== undefined) return known;
    const isAdmitted = this.limit.admit('cacheHit');
    if (!isAdmitted) this.limit.drop(outcome);
    return open(this.caches, isAdmitted ? name : OTHER_NAME, (own) => new CacheSeries([own], this.now()));
  }

  /** Every scope in which tools and models are called. */
  *scopes(): Generator<CallScope> {
    for (const agent of this.agents.values()) yield agent.calls;
    yield this.outsideAgents;
  }

  /** The tools of all scopes. */
  *allTools(): Generator<ToolSeries> {
    for (const { tools } of this.scopes()) yield* tools.values();
  }

  /** The models of all scopes. */
  *allModels(): Generator<ModelSeries> {
    for (const { models } of this.scopes()) for (const series of models.values()) yield* series;
  }

  /** `agent` is the series of the calling agent, which may be `__other__` already. */
  private newTool(agent: AgentSeries | undefined, toolName: string): ToolSeries {
    const isToolDeclared = this.names.tools.has(toolName);
    if ((isToolDeclared && this.isDeclared(agent)) || this.limit.admit('tool')) return this.openTool(agent, toolName);
    return this.openTool(this.foldAgent(agent), isToolDeclared ? toolName : OTHER_NAME);
  }

  private newModel(agent: AgentSeries | undefined, model: string, provider: string): ModelSeries {
    if (this.limit.admit('model')) return this.openModel(agent, model, provider);
    return this.openModel(this.foldAgent(agent), OTHER_NAME, provider === '' ? '' : OTHER_NAME);
  }

  private isDeclared(agent: AgentSeries | undefined): boolean {
    return agent === undefined || this.names.hasAgent(agent.agentId);
  }

  private foldAgent(agent: AgentSeries | undefined): AgentSeries | undefined {
    return this.isDeclared(agent) ? agent : this.openAgent(OTHER_NAME);
  }

  private openAgent(id: string): AgentSeries {
    const displayName = this.names.agents.get(id);
    return open(
      this.agents,
      id,
      (own) => new AgentSeries(own, displayName ?? own, this.rows.agent, this.buckets.firstChunk),
    );
  }

  private openTool(agent: AgentSeries | undefined, toolName: string): ToolSeries {
    const { tools } = agent?.calls ?? this.outsideAgents;
    return open(tools, toolName, (own) => new ToolSeries(agent?.agentId ?? '', own, this.rows.tool));
  }

  private openModel(agent: AgentSeries | undefined, model: string, provider: string): ModelSeries {
    const scope = agent?.calls ?? this.outsideAgents;
    const known = findProvider(scope, model, provider);
    if (known !== undefined) return known;
    const series = new ModelSeries(agent?.agentId ?? '', model, provider, this.rows.model, undefined, this.breakdown);
    open(scope.models, model, () => []).push(series);
    return series;
  }
}

function findProvider(scope: CallScope, model: string, provider: string): ModelSeries | undefined {
  return scope.models.get(model)?.find((series) => series.provider === provider);
}

function open<Series>(table: Map<string, Series>, name: string, create: (name: string) => Series): Series {
  const known = table.get(name);
  if (known !== undefined) return known;
  const series = create(name);
  table.set(name, series);
  return series;
}
