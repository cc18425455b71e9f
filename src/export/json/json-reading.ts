import type { BudgetState } from '../../collection/budgets/budget';
import type { MetricsStore } from '../../collection/metrics-store';
import type { SystemMetrics } from '../../collection/reading/metrics-snapshot';
import { SeriesCopies, type KeptCalls } from '../../collection/reading/series-copies';
import { MergedModels, MergedTools, readSystem } from '../../collection/reading/snapshot.reader';
import type { BreakdownSeries } from '../../collection/series/breakdown-table';
import { CallScope, type AgentSeries, type CacheSeries } from '../../collection/series/execution-series';

/** What the JSON document is written from, as it was at one moment, however much later it is written. */
export class JsonReading {
  readonly instanceId: string;
  readonly system: SystemMetrics;
  readonly agents = new Map<string, AgentSeries>();
  readonly caches = new Map<string, Pick<CacheSeries, 'hits' | 'misses'>>();
  readonly budgets: readonly BudgetState[];
  readonly tools: MergedTools;
  readonly models = new MergedModels(['model']);
  /** Undefined where requests are not broken down. */
  readonly breakdown: { readonly by: string; readonly series: readonly BreakdownSeries[] } | undefined;
  private readonly copies = new SeriesCopies();
  private readonly keptAgents: readonly { readonly series: AgentSeries; readonly calls: KeptCalls }[];
  private readonly outsideAgents: KeptCalls;

  constructor(store: MetricsStore) {
    const { series, breakdown } = store.ledger;
    this.breakdown = breakdown && { by: breakdown.by, series: breakdown.copyAll() };
    this.instanceId = store.instanceId;
    this.system = readSystem(store);
    this.budgets = store.budgets.read();
    this.tools = new MergedTools(series.buckets.tool);
    this.keptAgents = Array.from(series.agents.values(), (agent) => ({
      series: agent,
      calls: this.copies.keepAgent(agent),
    }));
    this.outsideAgents = this.copies.keepCalls(series.outsideAgents);
    for (const [name, { hits, misses }] of series.caches) this.caches.set(name, { hits, misses });
  }

  /** Makes agents of what was copied, and adds tools and models up over them, step by step. */
  *merge(): Generator<void> {
    for (const { series, calls } of this.keptAgents) {
      const agent = this.copies.agent(series);
      this.agents.set(agent.agentId, agent);
      yield* this.mergeCalls(calls, agent.calls);
    }
    yield* this.mergeCalls(this.outsideAgents, new CallScope());
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
