import type { BudgetState } from '../../collection/budgets/budget';
import type { MetricsStore } from '../../collection/metrics-store';
import { SeriesCopies, type KeptCalls } from '../../collection/reading/series-copies';
import {
  beginSystem,
  MergedModels,
  MergedTools,
  type CacheLookups,
  type SystemReading,
} from '../../collection/reading/snapshot.reader';
import type { AgentSeries } from '../../collection/series/agent-series';
import { CallScope } from '../../collection/series/call-scope';
import type { JsonReading } from './json-reading';

/** What one application has collected, as it was at one moment, however much later it is written. */
export class StoreReading implements JsonReading {
  readonly system: SystemReading;
  readonly agents = new Map<string, AgentSeries>();
  readonly outsideAgents = new CallScope();
  readonly caches = new Map<string, CacheLookups>();
  readonly budgets: readonly BudgetState[];
  readonly tools: MergedTools;
  readonly models = new MergedModels(['model']);
  readonly breakdown: JsonReading['breakdown'];
  private readonly copies = new SeriesCopies();
  private readonly keptAgents: { readonly series: AgentSeries; readonly calls: KeptCalls }[] = [];
  private readonly keptOutside: KeptCalls;

  constructor(store: MetricsStore) {
    const { series, breakdown } = store.ledger;
    this.breakdown = breakdown && { by: breakdown.by, series: breakdown.copyAll() };
    const system = beginSystem(store);
    this.system = { ...system, requests: system.requests.copy() };
    this.budgets = store.budgets.read();
    this.tools = new MergedTools(series.buckets.tool);
    for (const agent of series.agents.values())
      this.keptAgents.push({ series: agent, calls: this.copies.keepAgent(agent) });
    this.keptOutside = this.copies.keepCalls(series.outsideAgents);
    for (const [name, { hits, misses }] of series.caches) this.caches.set(name, { hits, misses });
  }

  /** Makes agents of what was copied, and adds tools and models up over them, step by step. */
  *merge(): Generator<void> {
    for (const { series, calls } of this.keptAgents) {
      const agent = this.copies.agent(series);
      this.agents.set(agent.agentId, agent);
      yield* this.mergeCalls(calls, agent.calls);
    }
    yield* this.mergeCalls(this.keptOutside, this.outsideAgents);
  }

  private *mergeCalls(kept: KeptCalls, to: CallScope): Generator<void> {
    for (const series of kept.tools) {
      const tool = this.copies.tool(series);
      to.tools.set(tool.toolName, tool);
      yield this.tools.add(tool);
    }
    for (const model of kept.models) {
      const copy = this.copies.model(model);
      to.models.set(copy.model, [...(to.models.get(copy.model) ?? []), copy]);
      yield this.models.add(copy);
    }
    yield;
  }
}
