import { EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { SERIES_COLUMNS } from '../../collection/series/series-rows';
import { BILLION, HISTOGRAM_COLUMNS } from '../../collection/series/histogram';
import type { LabelSet } from '../../collection/series/label-set';
import type { FamilySink } from '../families/family-content';
import type { HistogramReading, SeriesReading } from '../families/series-reading';
import { pointTime, type DataPoint, type HistogramValue, type PointAttributes, type PointTime } from './metric-data';

/** Writes the attributes of a point. `ofSample` tells the points of one series apart. */
export type AttributeWriter = (values: readonly string[], ofSample: string | undefined) => PointAttributes;

/** When a collection takes place, in milliseconds since 1970. */
export interface CollectionTime {
  /** Since when what has no birth of its own counts. */
  readonly start: number;
  readonly now: number;
}

/** The points of one metric. */
export class DataPoints implements FamilySink {
  readonly numbers: DataPoint<number>[] = [];
  readonly histograms: DataPoint<HistogramValue>[] = [];
  private readonly endTime: PointTime;

  constructor(
    private readonly attributesOf: AttributeWriter,
    private readonly time: CollectionTime,
  ) {
    this.endTime = pointTime(time.now);
  }

  gauge(series: LabelSet, value: number): void {
    this.counter(series, value, this.time.start);
  }

  counter({ labels }: LabelSet, value: number, born: number, label?: string): void {
    this.numbers.push(this.point(labels, born, value, label));
  }

  statuses(reading: SeriesReading): void {
    EXECUTION_STATUSES.forEach((status, index) =>
      this.counter(reading.series, reading.number(SERIES_COLUMNS.statuses + index), reading.born, status),
    );
  }

  histogram({ series, bounds, born, numbers, at }: HistogramReading): void {
    const buckets = at + HISTOGRAM_COLUMNS.buckets;
    const amount = (column: number) => numbers[at + column]! / BILLION;
    const count = numbers[at + HISTOGRAM_COLUMNS.count]!;
    const extremes = count === 0 ? {} : { min: amount(HISTOGRAM_COLUMNS.min), max: amount(HISTOGRAM_COLUMNS.max) };
    const value = {
      buckets: { boundaries: [...bounds], counts: Array.from(numbers.subarray(buckets, buckets + bounds.length + 1)) },
      count,
      sum: amount(HISTOGRAM_COLUMNS.total),
      ...extremes,
    };
    this.histograms.push(this.point(series.labels, born, value));
  }

  /** A histogram of which nothing but these two is known. */
  totals({ labels }: LabelSet, count: number, sum: number, born: number, label: string): void {
    const value = { buckets: { boundaries: [], counts: [count] }, count, sum };
    this.histograms.push(this.point(labels, born, value, label));
  }

  private point<Value>(labels: readonly string[], born: number, value: Value, label?: string): DataPoint<Value> {
    // A clock that was set back, and sums of series of which there are none, would have it start after its end.
    const startTime = pointTime(Math.min(born, this.time.now));
    return { startTime, endTime: this.endTime, attributes: this.attributesOf(labels, label), value };
  }
}
