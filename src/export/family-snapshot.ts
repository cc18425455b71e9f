import type { DurationHistogram } from '../collection/duration-histogram';
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

/** One value. Its labels are those of its series, plus one more where the family has one more than the series. */
export interface Sample {
  readonly series: Labelled;
  readonly extra: string | undefined;
  readonly value: number;
}

/** One label set of a histogram, as it was when the snapshot was taken. */
export interface HistogramSample {
  readonly series: Labelled;
  readonly bounds: readonly number[];
  /** One per bound and one for what lies above them all; not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

const NS_PER_SECOND = 1e9;

/**
 * All samples of one family at one moment. It is filled at once, and may then be written in pieces while executions go
 * on: what is written is what was true together.
 */
export class FamilySnapshot {
  readonly samples: Sample[] = [];
  readonly histograms: HistogramSample[] = [];

  constructor(readonly family: FamilyDescription) {}

  add(series: Labelled, value: number, extra?: string): void {
    this.samples.push({ series, extra, value });
  }

  addHistogram(series: Labelled, { bounds, counts, totalNs, count }: DurationHistogram): void {
    const copy = { bounds: bounds.seconds, counts: counts.slice(), sum: totalNs / NS_PER_SECOND, count };
    this.histograms.push({ series, ...copy });
  }
}
