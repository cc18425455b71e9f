import { TOKEN_TYPES } from '../../collection/models/token-usage';
import type { ModelName } from '../../collection/reading/snapshot.reader';
import type { DurationHistogram } from '../../collection/series/duration-histogram';
import {
  SERIES_COLUMNS,
  type CacheSeries,
  type ExecutionSeries,
  type LabelSet,
} from '../../collection/series/execution-series';
import { copyHistogram, type FamilyContent, type Sample } from './family-content';
import type { Scrape } from './scrape';
import type { SeriesSnapshot } from './series-snapshot';

/** Reads what a family consists of in a scrape. */
export type FamilyReader = (scrape: Scrape) => FamilyContent;

type SeriesOf<Series extends ExecutionSeries> = (scrape: Scrape) => SeriesSnapshot<Series>;

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
  return (scrape) => ({ kind: 'statuses', of: seriesOf(scrape) });
}

type SingleColumn = Exclude<keyof typeof SERIES_COLUMNS, 'statuses'>;

export function column(seriesOf: SeriesOf<ExecutionSeries>, name: SingleColumn): FamilyReader {
  return (scrape) => ({ kind: 'column', of: seriesOf(scrape), column: SERIES_COLUMNS[name] });
}

export function durations(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => ({ kind: 'durations', of: seriesOf(scrape) });
}

/** Of those series that have it. */
export function histograms<Series extends ExecutionSeries>(
  seriesOf: SeriesOf<Series>,
  read: (series: Series) => DurationHistogram | undefined,
): FamilyReader {
  return (scrape) => {
    const found = seriesOf(scrape).series.flatMap((series) => {
      const histogram = read(series);
      return histogram === undefined ? [] : [copyHistogram(series, histogram)];
    });
    return { kind: 'histograms', histograms: found };
  };
}

function samples(list: readonly Sample[]): FamilyContent {
  return { kind: 'samples', samples: list };
}

export function single(read: (scrape: Scrape) => number): FamilyReader {
  return (scrape) => samples([{ series: UNLABELLED, value: read(scrape) }]);
}

export function perSeries<Series extends ExecutionSeries>(
  seriesOf: SeriesOf<Series>,
  read: (series: Series) => number,
): FamilyReader {
  return (scrape) => samples(seriesOf(scrape).series.map((series) => ({ series, value: read(series) })));
}

export function caches(read: (cache: CacheSeries) => number): FamilyReader {
  return ({ ledger }) => {
    const all = [ledger.series.unnamedCache, ...ledger.series.caches.values()];
    return samples(all.map((series) => ({ series, value: read(series) })));
  };
}

export function errors(seriesOf: SeriesOf<ExecutionSeries>): FamilyReader {
  return (scrape) => {
    const found: Sample[] = [];
    for (const series of seriesOf(scrape).series) {
      series.errorTypes?.forEach((value, label) => found.push({ series, value, label }));
    }
    return samples(found);
  };
}

export function tokens(scrape: Scrape): FamilyContent {
  return samples(
    scrape.models(['agentId', 'model']).series.flatMap((series) => {
      const counts = series.tokens.partition();
      return TOKEN_TYPES.map((label, index) => ({ series, value: counts[index]!, label }));
    }),
  );
}

export function oldest({ agents: { series: all }, source }: Scrape): FamilyContent {
  const ages = source.oldestAgesMs();
  return samples(all.map((series) => ({ series, value: (ages.get(series) ?? 0) / 1_000 })));
}

export function dropped({ ledger, source: { prefix } }: Scrape): FamilyContent {
  const counts = [...ledger.limit.dropped];
  return samples(counts.map(([family, value]) => ({ series: UNLABELLED, value, label: `${prefix}_${family}` })));
}
