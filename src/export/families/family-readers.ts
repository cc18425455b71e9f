import { TOKEN_TYPES } from '../../collection/models/token-usage';
import type { ModelName } from '../../collection/reading/snapshot.reader';
import type { DurationHistogram } from '../../collection/series/duration-histogram';
import {
  SERIES_COLUMNS,
  type CacheSeries,
  type ExecutionSeries,
  type LabelSet,
} from '../../collection/series/execution-series';
import { contentOf, type FamilyContent } from './family-content';
import type { Scrape } from './scrape';
import { readHistogram, type SeriesReading } from './series-reading';

/** Reads what a family consists of in a scrape. */
export type FamilyReader = (scrape: Scrape) => FamilyContent;

type SeriesOf<Series extends ExecutionSeries> = (scrape: Scrape) => readonly SeriesReading<Series>[];

export const requests = (scrape: Scrape) => scrape.requests;
export const agents = (scrape: Scrape) => scrape.agents;
export const tools = (scrape: Scrape) => scrape.tools;
export const models =
  (...by: readonly ModelName[]) =>
  (scrape: Scrape) =>
    scrape.models(by);

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

/** Of those series that have it. */
export function histograms<Series extends ExecutionSeries>(
  seriesOf: SeriesOf<Series>,
  read: (series: Series) => DurationHistogram | undefined,
): FamilyReader {
  return (scrape) => {
    const found = seriesOf(scrape).flatMap(({ series }) => {
      const histogram = read(series);
      return histogram === undefined ? [] : [readHistogram(series, histogram)];
    });
    return contentOf(found, (reading, sink) => sink.histogram(reading));
  };
}

type Sample = readonly [series: LabelSet, value: number, label?: string];

function samples(list: readonly Sample[]): FamilyContent {
  return contentOf(list, ([series, value, label], sink) => sink.sample(series, value, label));
}

export function single(read: (scrape: Scrape) => number): FamilyReader {
  return (scrape) => samples([[UNLABELLED, read(scrape)]]);
}

export function perSeries<Series extends ExecutionSeries>(
  seriesOf: SeriesOf<Series>,
  read: (series: Series) => number,
): FamilyReader {
  return (scrape) => samples(seriesOf(scrape).map(({ series }) => [series, read(series)]));
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
  return samples(
    scrape.models(['agentId', 'model']).flatMap(({ series }) => {
      const counts = series.tokens.partition();
      return TOKEN_TYPES.map((type, index): Sample => [series, counts[index]!, type]);
    }),
  );
}

export function oldest({ agents: all, source }: Scrape): FamilyContent {
  const ages = source.oldestAgesMs();
  return samples(all.map(({ series }) => [series, (ages.get(series) ?? 0) / 1_000]));
}

export function dropped({ ledger, source: { prefix } }: Scrape): FamilyContent {
  const counts = [...ledger.limit.dropped];
  return samples(counts.map(([family, count]) => [UNLABELLED, count, `${prefix}_${family}`]));
}
