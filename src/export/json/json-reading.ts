import type { BudgetState } from '../../collection/budgets/budget';
import type { CacheLookups, MergedModels, MergedTools, SystemReading } from '../../collection/reading/snapshot.reader';
import type { BreakdownSeries } from '../../collection/series/breakdown-table';
import type { AgentSeries } from '../../collection/series/agent-series';

/** What the JSON document is written from: one application, or several processes added up. */
export interface JsonReading {
  readonly system: SystemReading;
  readonly agents: ReadonlyMap<string, AgentSeries>;
  /** Over all agents and outside any. */
  readonly tools: MergedTools;
  readonly models: MergedModels;
  readonly caches: ReadonlyMap<string, CacheLookups>;
  readonly budgets: readonly BudgetState[];
  /** Undefined where requests are not broken down. */
  readonly breakdown: { readonly by: string; readonly series: readonly BreakdownSeries[] } | undefined;

  /** Makes agents, tools and models of what was read, step by step. */
  merge(): Generator<void>;
}
