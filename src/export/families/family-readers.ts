import { TOKEN_TYPES } from '../../collection/models/token-usage';
import type { DurationHistogram } from '../../collection/series/duration-histogram';
import {
  SERIES_COLUMNS,
  type CacheSeries,
  type ExecutionSeries,
  type LabelSet,
  type ModelSeries,
} from '../../collection/series/execution-series';
import { contentOf, type FamilyContent } from './family-content';
import type { ModelNames } from './model-sums';
import type { Scrape } from './scrape';
import { readHistogram, type SeriesReading } from './series-reading';

/** Reads what a family consists of in a scrape. */
export type FamilyReader = (scrape: Scrape) => FamilyContent;

type SeriesOf<Series extends ExecutionSeries> = (scrape: Scrape) => readonly SeriesReading<Series>[];

export const requests = (scrape: Scrape) => scrape.requests;
export const agents = (scrape: Scrape) => scrape.agents;
export const tools = (scrape: Scrape) => scrape.tools;
export const models =
  (...names: ModelNames) =>
  (scrape: Scrape) =>
    scrape.models(names);

const UNLABELLED: LabelSet = { labels: [] };

/** All four statuses from 0 on: a rate over a series that appears with its first failure would miss that failure. */
export function statuses(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => contentOf(seriesOf(scrape), (reading, sink) => sink.statuses(reading));
}

type SingleColumn = Exclude<keyof typeof SERIES_COLUMNS, 'statuses'>;

export function column(seriesOf: SeriesOf<ExecutionSeries>, name: SingleColumn): FamilyReader {
  const column = SERIES_COLUMNS[name];
  return (scrape) =>
    contentOf(seriesOf(scrape), (reading, sink) => sink.sample(reading.series, reading.number(column)));
}

export function durations(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => contentOf(seriesOf(scrape), (reading, sink) => sink.histogram(reading));
}

/** Of those series that have it, each as it is when it is written: copying all of them at once would take long. */
export function histograms<Series extends ExecutionSeries>(
  seriesOf: SeriesOf<Series>,
  read: (series: Series) => DurationHistogram | undefined,
): FamilyReader {
  return (scrape) => {
    const found = seriesOf(scrape).filter(({ series }) => read(series) !== undefined);
    return contentOf(found, ({ series }, sink) => sink.histogram(readHistogram(series, read(series)!)));
  };
}

type Sample = readonly [series: LabelSet, value: number, label?: string];

function samples(list: readonly Sample[]): FamilyContent {
  return contentOf(list, ([series, value, label], sink) => sink.sample(series, value, label));
}

export function single(read: (scrape: Scrape) => number): FamilyReader {
  return (scrape) => samples([[UNLABELLED, read(scrape)]]);
}

/** Models are added up from copies and no longer change. */
export function perModel(seriesOf: SeriesOf<ModelSeries>, read: (model: ModelSeries) => number): FamilyReader {
  return (scrape) => contentOf(seriesOf(scrape), ({ series }, sink) => sink.sample(series, read(series)));
}

export function caches(read: (cache: CacheSeries) => number): FamilyReader {
  return ({ ledger }) => {
    const all = [ledger.series.unnamedCache, ...ledger.series.caches.values()];
    return samples(all.map((series) => [series, read(series)]));
  };
}

export function errors(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => {
    const found: Sample[] = [];
    for (const { series } of seriesOf(scrape)) {
      series.errorTypes?.forEach((count, errorType) => found.push([series, count, errorType]));
    }
    return samples(found);
  };
}

export function tokens(scrape: Scrape): FamilyContent {
  return contentOf(scrape.models(['agentId', 'model']), ({ series }, sink) => {
    const counts = series.tokens.partition();
    TOKEN_TYPES.forEach((type, index) => sink.sample(series, counts[index]!, type));
  });
}

export function oldest({ agents: all, source }: Scrape): FamilyContent {
  const ages = source.oldestAgesMs();
  return samples(all.map(({ series }) => [series, (ages.get(series) ?? 0) / 1_000]));
}

export function dropped({ ledger, source: { prefix } }: Scrape): FamilyContent {
  const counts = [...ledger.limit.dropped];
  return samples(counts.map(([family, count]) => [UNLABELLED, count, `${prefix}_${family}`]));
}
