import type { AgentSeries, ExecutionSeries, Labelled, ModelSeries, ToolSeries } from '../collection/execution-series';
import type { MemoryReading } from '../collection/memory-sampler';
import type { MetricsStore } from '../collection/metrics-store';
import { mergeModels } from '../collection/snapshot.reader';
import type { ModelName } from '../collection/snapshot.reader';
import { SeriesSnapshot } from './series-snapshot';

/** What a scrape reads. */
export interface ScrapeSource {
  readonly store: MetricsStore;
  /** First word of every family's name. */
  readonly prefix: string;
  /** The age of the oldest running execution that each series counts as in progress. */
  readonly oldestAgesMs: () => ReadonlyMap<Labelled, number>;
}

/**
 * One reading of all families. The series of a kind are copied for the first family that asks for them, and are the same
 * for all others: what a scrape says of them was true together.
 */
export class Scrape {
  private readMemory: MemoryReading | undefined;
  private readRequests: SeriesSnapshot | undefined;
  private readAgents: SeriesSnapshot<AgentSeries> | undefined;
  private readTools: SeriesSnapshot<ToolSeries> | undefined;
  private readonly readModels = new Map<string, SeriesSnapshot<ModelSeries>>();

  constructor(readonly source: ScrapeSource) {}

  get ledger() {
    return this.source.store.ledger;
  }

  /** Asking the system takes as long as writing the lines of ten tools. */
  get memory(): MemoryReading {
    return (this.readMemory ??= this.source.store.memory.read());
  }

  get requests(): SeriesSnapshot {
    return (this.readRequests ??= new SeriesSnapshot<ExecutionSeries>([this.ledger.requests]));
  }

  get agents(): SeriesSnapshot<AgentSeries> {
    return (this.readAgents ??= new SeriesSnapshot([...this.ledger.series.agents.values()]));
  }

  get tools(): SeriesSnapshot<ToolSeries> {
    return (this.readTools ??= new SeriesSnapshot([...this.ledger.series.allTools()]));
  }

  /** Added up over the names that `by` leaves out. */
  models(by: readonly ModelName[]): SeriesSnapshot<ModelSeries> {
    const key = by.join();
    const read = this.readModels.get(key) ?? new SeriesSnapshot(mergeModels(this.ledger, by));
    this.readModels.set(key, read);
    return read;
  }
}
