import { EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { HISTOGRAM_COLUMNS, type DurationHistogram } from '../../collection/series/duration-histogram';
import { SERIES_COLUMNS, type LabelSet } from '../../collection/series/execution-series';
import type { Exemplars } from '../../collection/series/exemplar';
import type { SeriesSnapshot } from './series-snapshot';

/** The samples of a family at one moment. They may be written in pieces while executions go on, and stay the same. */
export type FamilyContent =
  | { readonly kind: 'statuses'; readonly of: SeriesSnapshot }
  | { readonly kind: 'column'; readonly of: SeriesSnapshot; readonly column: number }
  | { readonly kind: 'durations'; readonly of: SeriesSnapshot }
  | { readonly kind: 'samples'; readonly samples: readonly Sample[] }
  | { readonly kind: 'histograms'; readonly histograms: readonly HistogramSample[] };

/** What is one number. */
export interface Sample {
  readonly series: LabelSet;
  readonly value: number;
  /** What tells it from others of the series, where a series has several. */
  readonly label?: string;
}

/** One label set of a histogram. */
export interface HistogramSample {
  readonly series: LabelSet;
  readonly bounds: readonly number[];
  /** Where its numbers stand, in the order of `HISTOGRAM_COLUMNS`. */
  readonly numbers: Float64Array;
  readonly at: number;
  readonly exemplars: Readonly<Exemplars> | undefined;
}

/** A histogram that a series has beside its durations. */
export function copyHistogram(series: LabelSet, { bounds, page, at, exemplars }: DurationHistogram): HistogramSample {
  const numbers = page.slice(at, at + bounds.count + HISTOGRAM_COLUMNS.buckets);
  return { series, bounds: bounds.seconds, numbers, at: 0, exemplars: exemplars?.slice() };
}

/** How long the executions of a series took. */
export function durationsOf({ series: all, pages, exemplars }: SeriesSnapshot, index: number): HistogramSample {
  const series = all[index]!;
  const { bounds, at } = series;
  return { series, bounds: bounds.seconds, numbers: pages[index]!, at, exemplars: exemplars[index] };
}

/** What is no histogram, one by one. */
export function samplesIn(content: FamilyContent): readonly Sample[] {
  if (content.kind === 'samples') return content.samples;
  if (content.kind === 'statuses') return content.of.series.flatMap((_, index) => statusSamples(content.of, index));
  if (content.kind === 'column') {
    const { series: all, pages } = content.of;
    return all.map((series, index) => ({ series, value: pages[index]![series.at + content.column]! }));
  }
  return [];
}

function statusSamples({ series: all, pages }: SeriesSnapshot, index: number): Sample[] {
  const series = all[index]!;
  const from = series.at + SERIES_COLUMNS.statuses;
  return EXECUTION_STATUSES.map((label, status) => ({ series, value: pages[index]![from + status]!, label }));
}

/** All histograms, one by one. */
export function histogramsIn(content: FamilyContent): readonly HistogramSample[] {
  if (content.kind === 'histograms') return content.histograms;
  return content.kind === 'durations' ? content.of.series.map((_, index) => durationsOf(content.of, index)) : [];
}
