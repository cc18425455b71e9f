import type { Ledger } from '../../collection/ledger';
import type { MemoryReading } from '../../collection/memory-sampler';
import type { MetricsStore } from '../../collection/metrics-store';
import type { BreakdownSeries } from '../../collection/series/breakdown-table';
import type { AgentSeries } from '../../collection/series/agent-series';
import type { ExecutionSeries } from '../../collection/series/execution-series';
import type { ModelSeries } from '../../collection/series/model-series';
import type { ToolSeries } from '../../collection/series/tool-series';
import type { LabelSet } from '../../collection/series/label-set';
import { ModelSums, type ModelNames } from './model-sums';
import { readSeries, type SeriesReading } from './series-reading';

/** What a scrape reads. */
export interface ScrapeSource {
  readonly store: MetricsStore;
  /** First word of every family's name. */
  readonly prefix: string;
  /** The age of the oldest running execution that each series counts as in progress. */
  readonly oldestAgesMs: () => ReadonlyMap<LabelSet, number>;
  /** How many executions of each series wait on a human. */
  readonly pausedCounts: () => ReadonlyMap<LabelSet, number>;
  /** The labels of the limits that an agent may reach. */
  readonly limitLabels: (agentId: string) => Iterable<string>;
  /** Whether arguments are looked at, to see which calls are repeated. */
  readonly measuresRepeats: boolean;
}

/**
 * One reading of all families. The numbers of a kind of series are copied for the first family that asks for them, and are
 * the same for all others: what a scrape says of them was true together. What is kept apart, errors by type and all further
 * histograms, is read with its own family.
 */
export class Scrape {
  /** One for all families, though a reset may bring a new one while they are written. */
  readonly ledger: Ledger;
  private memoryReading: MemoryReading | undefined = undefined;
  private requestSeries: readonly SeriesReading[] | undefined = undefined;
  private agentSeries: readonly SeriesReading<AgentSeries>[] | undefined = undefined;
  private toolSeries: readonly SeriesReading<ToolSeries>[] | undefined = undefined;
  private modelSums: ModelSums | undefined = undefined;
  private breakdownSeries: readonly BreakdownSeries[] | undefined = undefined;

  constructor(readonly source: ScrapeSource) {
    this.ledger = source.store.ledger;
  }

  /** Asking the system takes as long as writing the lines of ten tools. */
  get memory(): MemoryReading {
    return (this.memoryReading ??= this.source.store.memory.read());
  }

  get requests(): readonly SeriesReading[] {
    return (this.requestSeries ??= readSeries<ExecutionSeries>([this.ledger.requests]));
  }

  get agents(): readonly SeriesReading<AgentSeries>[] {
    return (this.agentSeries ??= readSeries(this.ledger.series.agents.values()));
  }

  get tools(): readonly SeriesReading<ToolSeries>[] {
    return (this.toolSeries ??= readSeries(this.ledger.series.allTools()));
  }

  /** None where requests are not broken down. */
  get breakdown(): readonly BreakdownSeries[] {
    return (this.breakdownSeries ??= this.ledger.breakdown?.copyAll() ?? []);
  }

  /** Added up over the names that are left out. Takes long where `addModels` has not been run. */
  models(names: ModelNames): readonly SeriesReading<ModelSeries>[] {
    return this.sums.by(names);
  }

  /** Each agent's model of each provider, with its tokens. */
  get modelsApart(): readonly SeriesReading<ModelSeries>[] {
    return this.sums.apart();
  }

  /** Adds models up in steps that are small enough to let others run in between. */
  *addModels(): Generator<void> {
    yield* this.sums.add();
  }

  private get sums(): ModelSums {
    return (this.modelSums ??= new ModelSums(this.ledger.series.allModels()));
  }
}
