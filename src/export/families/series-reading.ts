import { PageCopies } from '../../collection/reading/page-copies';
import { HISTOGRAM_COLUMNS, type Histogram } from '../../collection/series/histogram';
import type { ExecutionSeries } from '../../collection/series/execution-series';
import type { LabelSet } from '../../collection/series/label-set';
import type { Exemplars } from '../../collection/series/exemplar';

/** One label set of a histogram, as it was at one moment. */
export interface HistogramReading {
  readonly series: LabelSet;
  /** Upper bounds of the buckets, in the unit of the family. */
  readonly bounds: readonly number[];
  /** Since when it counts, in milliseconds since 1970. */
  readonly born: number;
  /** Holds its numbers from `at` on, in the order of `HISTOGRAM_COLUMNS`. */
  readonly numbers: Float64Array;
  readonly at: number;
  /** By bucket. */
  readonly exemplars: Readonly<Exemplars> | undefined;
}

/** A histogram that a series has beside its durations. */
export function readHistogram(series: LabelSet, { bounds, page, at, exemplars }: Histogram): HistogramReading {
  const numbers = page.slice(at, at + bounds.count + HISTOGRAM_COLUMNS.buckets);
  const born = numbers[HISTOGRAM_COLUMNS.born]!;
  return { series, bounds: bounds.values, born, numbers, at: 0, exemplars: exemplars?.slice() };
}

/** A series with its numbers as they were at one moment. As a histogram, how long its executions took. */
export class SeriesReading<Series extends ExecutionSeries = ExecutionSeries> implements HistogramReading {
  constructor(
    readonly series: Series,
    readonly numbers: Float64Array,
    readonly exemplars: Readonly<Exemplars> | undefined,
  ) {}

  get bounds(): readonly number[] {
    return this.series.bounds.values;
  }

  get born(): number {
    return this.number(HISTOGRAM_COLUMNS.born);
  }

  get at(): number {
    return this.series.at;
  }

  /** One of `SERIES_COLUMNS` or `HISTOGRAM_COLUMNS`. */
  number(column: number): number {
    return this.numbers[this.series.at + column]!;
  }
}

/** Of series that no longer change. */
export function readStill<Series extends ExecutionSeries>(all: readonly Series[]): readonly SeriesReading<Series>[] {
  return all.map((series) => new SeriesReading(series, series.page, series.exemplars));
}

/** Reads all series of one kind at one moment. */
export function readSeries<Series extends ExecutionSeries>(all: Iterable<Series>): readonly SeriesReading<Series>[] {
  const pages = new PageCopies();
  const readings: SeriesReading<Series>[] = [];
  for (const series of all) readings.push(new SeriesReading(series, pages.of(series.page), series.exemplars?.slice()));
  return readings;
}
