import type { MetricsStore } from '../../collection/metrics-store';
import type { SystemMetrics } from '../../collection/reading/metrics-snapshot';
import { SeriesCopies } from '../../collection/reading/series-copies';
import { MergedModels, MergedTools, readSystem } from '../../collection/reading/snapshot.reader';
import { CacheSeries, CallScope, type AgentSeries } from '../../collection/series/execution-series';

/** What the JSON document is written from, as it was at one moment, however much later it is written. */
export class JsonReading {
  readonly instanceId: string;
  readonly system: SystemMetrics;
  readonly agents = new Map<string, AgentSeries>();
  readonly caches = new Map<string, CacheSeries>();
  readonly tools: MergedTools;
  readonly models = new MergedModels(['model']);
  private readonly outsideAgents = new CallScope();

  constructor(store: MetricsStore) {
    const { series } = store.ledger;
    const copies = new SeriesCopies();
    this.instanceId = store.instanceId;
    this.system = readSystem(store);
    this.tools = new MergedTools(series.buckets.tool);
    for (const [id, agent] of series.agents) this.agents.set(id, copies.agent(agent));
    copies.fill(this.outsideAgents, series.outsideAgents);
    for (const [name, { labels, hits, misses }] of series.caches) {
      this.caches.set(name, Object.assign(new CacheSeries(labels), { hits, misses }));
    }
  }

  /** Adds tools and models up over agents, step by step. */
  *merge(): Generator<void> {
    for (const { tools, models } of this.scopes()) {
      for (const tool of tools.values()) yield this.tools.add(tool);
      for (const model of [...models.values()].flat()) yield this.models.add(model);
    }
  }

  private *scopes(): Generator<CallScope> {
    for (const { calls } of this.agents.values()) yield calls;
    yield this.outsideAgents;
  }
}
