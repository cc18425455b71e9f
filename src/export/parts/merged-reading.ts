import type { BudgetState } from '../../collection/budgets/budget';
import { mergeBudgets } from '../../collection/budgets/merged-budgets';
import { TokenTotals } from '../../collection/models/token-usage';
import { readFields } from '../../collection/reading/fields';
import {
  MergedModels,
  MergedTools,
  sumCaches,
  type CacheLookups,
  type SystemReading,
} from '../../collection/reading/snapshot.reader';
import { sumTokens, TOKEN_USAGE_FIELDS } from '../../collection/reading/token-fields';
import { BreakdownSeries } from '../../collection/series/breakdown-table';
import { AgentSeries } from '../../collection/series/agent-series';
import { CallScope } from '../../collection/series/call-scope';
import { ExecutionSeries } from '../../collection/series/execution-series';
import { ModelSeries } from '../../collection/series/model-series';
import { rowOfFigures } from '../../collection/series/series-rows';
import { ToolSeries } from '../../collection/series/tool-series';
import { BucketBounds } from '../../collection/series/histogram';
import type { JsonReading } from '../json/json-reading';
import { ProcessMemory } from './process-memory';
import type { ErrorRows, Figures, StorePartRow, SystemRow } from './store-part';

/** The JSON document shows no buckets. */
const NO_BOUNDS = new BucketBounds([]);

type RowOf<Kind extends StorePartRow[0]> = Extract<StorePartRow, readonly [Kind, ...unknown[]]>;

/** Several processes added up, as each has told in rows. */
export class MergedReading implements JsonReading {
  readonly agents = new Map<string, AgentSeries>();
  readonly tools = new MergedTools(NO_BOUNDS);
  readonly models = new MergedModels(['model']);
  readonly caches = new Map<string, CacheLookups>();
  private readonly outsideAgents = new CallScope();
  private readonly requests = new ExecutionSeries(rowOfFigures([], NO_BOUNDS));
  private readonly memory = new ProcessMemory();
  private readonly systems: SystemRow[] = [];
  private readonly budgetStates: BudgetState[] = [];
  private areBudgetsShared = false;
  private breakdownBy: string | undefined;
  /** Of the process whose rows are being added. */
  private isSameBreakdown = false;
  private readonly values = new Map<string, BreakdownSeries>();

  add(row: StorePartRow): void {
    switch (row[0]) {
      case 'system':
        return this.addSystem(row);
      case 'agent':
        return this.addAgent(row);
      case 'tool':
        return this.addTool(row);
      case 'model':
        return this.addModel(row);
      case 'cache':
        return this.addCache(row);
      case 'budgets':
        return this.addBudgets(row);
      case 'breakdown':
        return this.beginBreakdown(row);
      case 'value':
        return this.addValue(row);
    }
  }

  *merge(): Generator<void> {
    for (const { tools, models } of this.scopes()) {
      for (const tool of tools.values()) yield this.tools.add(tool);
      for (const providers of models.values()) for (const model of providers) yield this.models.add(model);
    }
  }

  get system(): SystemReading {
    const { systems, requests, memory } = this;
    return {
      startTime: Math.min(...systems.map(({ startTime }) => startTime)),
      lastUpdated: latest(systems),
      uptimeSeconds: Math.max(...systems.map(({ uptimeSeconds }) => uptimeSeconds)),
      requests,
      memory: memory.sum(),
      cache: sumCaches(systems.map(({ cache }) => cache)),
      tokenUsage: readFields(TOKEN_USAGE_FIELDS, sumTokens(this.scopes())),
    };
  }

  get budgets(): readonly BudgetState[] {
    return mergeBudgets(this.budgetStates, this.areBudgetsShared);
  }

  get breakdown(): JsonReading['breakdown'] {
    return this.breakdownBy === undefined ? undefined : { by: this.breakdownBy, series: [...this.values.values()] };
  }

  private *scopes(): Generator<CallScope> {
    for (const { calls } of this.agents.values()) yield calls;
    yield this.outsideAgents;
  }

  private scopeOf(agentId: string): CallScope {
    return this.agents.get(agentId)?.calls ?? this.outsideAgents;
  }

  private addSystem([, system]: RowOf<'system'>): void {
    this.systems.push(system);
    this.memory.add(system.process, system.memory);
    this.requests.merge(new ExecutionSeries(rowOfFigures(system.requests, NO_BOUNDS)));
  }

  private addAgent([, id, name, figures]: RowOf<'agent'>): void {
    const agent = addTo(this.agents, id, new AgentSeries(id, name, rowOfFigures(figures, NO_BOUNDS), NO_BOUNDS));
    // A process that knows an agent by its id alone shows that as its name.
    if (agent.agentName === id) agent.agentName = name;
  }

  private addTool([, agentId, name, figures]: RowOf<'tool'>): void {
    addTo(this.scopeOf(agentId).tools, name, new ToolSeries(agentId, name, rowOfFigures(figures, NO_BOUNDS)));
  }

  private addModel([, agentId, model, provider, figures, tokens, errors]: RowOf<'model'>): void {
    const { models } = this.scopeOf(agentId);
    const series = new ModelSeries(agentId, model, provider, rowOfFigures(figures, NO_BOUNDS));
    series.tokens.addFrom(rowOf(tokens));
    addErrors(series, errors);
    const providers = models.get(model) ?? [];
    models.set(model, providers);
    const known = providers.find((other) => other.provider === provider);
    if (known === undefined) providers.push(series);
    else known.merge(series);
  }

  private addCache([, name, hits, misses]: RowOf<'cache'>): void {
    const known = this.caches.get(name) ?? { hits: 0, misses: 0 };
    this.caches.set(name, { hits: known.hits + hits, misses: known.misses + misses });
  }

  private addBudgets([, areShared, states]: RowOf<'budgets'>): void {
    this.areBudgetsShared ||= areShared;
    for (const state of states) this.budgetStates.push({ ...state, resetsAt: new Date(state.resetsAt) });
  }

  /** Values of something else cannot be added to those of this one. */
  private beginBreakdown([, by]: RowOf<'breakdown'>): void {
    this.breakdownBy ??= by;
    this.isSameBreakdown = by === this.breakdownBy;
  }

  private addValue([, value, born, statuses, modelCalls, tokens]: RowOf<'value'>): void {
    if (!this.isSameBreakdown) return;
    const series = this.values.get(value) ?? new BreakdownSeries(value, born);
    this.values.set(value, series);
    const totals = new TokenTotals();
    totals.addFrom(rowOf(tokens));
    series.add(statuses, modelCalls, totals);
  }
}

/** The one under this name, with what another process has counted. */
function addTo<Series extends ExecutionSeries>(all: Map<string, Series>, name: string, series: Series): Series {
  const known = all.get(name);
  if (known === undefined) all.set(name, series);
  else known.merge(series);
  return known ?? series;
}

function rowOf(figures: Figures) {
  return { page: Float64Array.from(figures), at: 0 };
}

function addErrors(series: ModelSeries, errors: ErrorRows): void {
  for (const [type, status, count, born] of errors) series.addFailures(type, status, count, born);
}

/** NaN before the first record of any. */
function latest(systems: readonly SystemRow[]): number {
  const times = systems.flatMap(({ lastUpdated }) => lastUpdated ?? []);
  return times.length === 0 ? NaN : Math.max(...times);
}
