import { SeriesCopies, type KeptModel } from '../../collection/reading/series-copies';
import { MergedModels } from '../../collection/reading/snapshot.reader';
import type { ModelSeries } from '../../collection/series/model-series';
import { readStill, SeriesReading } from './series-reading';

/** The names that families of models are labelled with, apart from those that have them all. */
const LABELLED = [['agentId', 'model'], ['model'], ['model', 'provider']] as const;
/** Times to the first token are shown by these alone, the last: adding up histograms takes longer than all the rest. */
const WITH_FIRST_TOKENS = LABELLED[2];

/** Over which names models are added up: those that are missing here. */
export type ModelNames = readonly ['agentId', 'model', 'provider'] | (typeof LABELLED)[number];

/**
 * The models of one moment, added up in every way in which families show them. Copying ten thousand takes a few
 * milliseconds; adding them up takes many times as long, and is done step by step.
 */
export class ModelSums {
  private readonly copies = new SeriesCopies();
  private readonly kept: KeptModel[] = [];
  private readonly sums = LABELLED.map(mergedModels);
  private readonly readings = new Map<string, readonly SeriesReading<ModelSeries>[]>();
  private copied: readonly SeriesReading<ModelSeries>[] | undefined = undefined;
  private added = 0;

  constructor(models: Iterable<ModelSeries>) {
    for (const model of models) this.kept.push(this.copies.keepModel(model));
  }

  /** Goes on where it was left. */
  *add(): Generator<void> {
    while (this.added < this.kept.length) {
      const kept = this.kept[this.added]!;
      this.added += 1;
      const model = this.copies.model(kept);
      for (const [index, names] of LABELLED.entries()) {
        if (names === WITH_FIRST_TOKENS) model.firstTokens = kept.series.firstTokens;
        this.sums[index]!.add(model);
      }
      yield;
    }
  }

  /** Adds up what has not been added up yet, in one turn. */
  by(names: ModelNames): readonly SeriesReading<ModelSeries>[] {
    const key = names.join();
    const steps = this.add();
    while (!steps.next().done);
    const reading = this.readings.get(key) ?? this.read(key);
    this.readings.set(key, reading);
    return reading;
  }

  /** None added up, as they were at that moment in their tokens, too. */
  apart(): readonly SeriesReading<ModelSeries>[] {
    return (this.copied ??= readStill(this.kept.map((kept) => this.copies.model(kept))));
  }

  private read(key: string): readonly SeriesReading<ModelSeries>[] {
    const index = LABELLED.findIndex((names) => names.join() === key);
    return index < 0 ? this.kept.map((kept) => this.readKept(kept)) : readStill(this.sums[index]!.all);
  }

  private readKept({ series, exemplars }: KeptModel): SeriesReading<ModelSeries> {
    return new SeriesReading(series, this.copies.numbersOf(series), exemplars);
  }
}

function mergedModels(names: (typeof LABELLED)[number]): MergedModels {
  return new MergedModels(names);
}
