import type { DurationHistogram } from '../collection/duration-histogram';
import type { Exemplars } from '../collection/exemplar';
import type { Labelled } from '../collection/execution-series';

export type FamilyType = 'counter' | 'gauge' | 'histogram';

/** What a family is, apart from its samples. */
export interface FamilyDescription {
  /** Without the prefix. */
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly labels: readonly string[];
  /** How the values of several processes become one. @default 'sum' */
  readonly aggregator?: 'sum' | 'min' | 'max';
}

/** The values of one series. Their labels are those of the series. */
export interface SampleGroup {
  readonly series: Labelled;
  readonly values: readonly number[];
  /** What tells the values apart, where there may be several: the values of the family's last label. */
  readonly lastLabels: readonly string[] | undefined;
  readonly exemplars: Readonly<Exemplars> | undefined;
}

/** One label set of a histogram, as it was when the snapshot was taken. */
export interface HistogramSample {
  readonly series: Labelled;
  readonly bounds: readonly number[];
  /** Where its numbers stand, in the order of `HISTOGRAM_COLUMNS`. */
  readonly numbers: Float64Array;
  readonly at: number;
  readonly exemplars: Readonly<Exemplars> | undefined;
}

/**
 * All samples of one family at one moment. It is filled at once, and may then be written in pieces while executions go
 * on: what is written is what was true together.
 */
export class FamilySnapshot {
  readonly groups: SampleGroup[] = [];
  readonly histograms: HistogramSample[] = [];
  /** Pages as they were. A page holds the numbers of many series, and copying it costs little more than copying one. */
  private readonly copies = new Map<Float64Array, Float64Array>();

  constructor(readonly family: FamilyDescription) {}

  add(series: Labelled, value: number): void {
    this.groups.push({ series, values: [value], lastLabels: undefined, exemplars: undefined });
  }

  /** `values` must not change any more. */
  addAll(series: Labelled, values: readonly number[], lastLabels: readonly string[], exemplars?: Exemplars): void {
    this.groups.push({ series, values, lastLabels, exemplars: exemplars?.slice() });
  }

  addHistogram(series: Labelled, { bounds, page, at, exemplars }: DurationHistogram): void {
    const numbers = this.copyOf(page);
    this.histograms.push({ series, bounds: bounds.seconds, numbers, at, exemplars: exemplars?.slice() });
  }

  private copyOf(page: Float64Array): Float64Array {
    let copy = this.copies.get(page);
    if (copy === undefined) this.copies.set(page, (copy = page.slice()));
    return copy;
  }
}
