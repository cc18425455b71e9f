import type { ExpositionSample, ExpositionTextFormat, Labels } from './exposition-line';

/** A metric with all its samples. */
export interface ExpositionFamily {
  /** The format it was read from. */
  readonly format: ExpositionTextFormat;
  /** As in `# TYPE`: without `_total` for a counter in OpenMetrics. */
  readonly name: string;
  /** `untyped` or `unknown` where the text says none. */
  readonly type: string;
  /** Unescaped; empty where the text says none. */
  readonly help: string;
  /** As in `# UNIT`; empty where the text says none. */
  readonly unit: string;
  /** In the order of the text. */
  readonly samples: readonly ExpositionSample[];
}

/** What the value of a sample must be. */
interface ValueRule {
  readonly says: string;
  holds(value: number): boolean;
}

const ANY: ValueRule = { says: 'a number', holds: () => true };
const NUMERIC: ValueRule = { says: 'a number other than NaN', holds: (value) => !Number.isNaN(value) };
const GROWING: ValueRule = { says: 'a number from 0 on', holds: (value) => value >= 0 };
const COUNT: ValueRule = { says: 'a whole number from 0 on', holds: (value) => Number.isInteger(value) && value >= 0 };
const QUANTILE: ValueRule = { says: 'a number from 0 on, or NaN', holds: (value) => !(value < 0) };
const TIME: ValueRule = { says: 'a time in seconds', holds: (value) => Number.isFinite(value) };
const STATE: ValueRule = { says: '0 or 1', holds: (value) => value === 0 || value === 1 };
const ONE: ValueRule = { says: '1', holds: (value) => value === 1 };

/** The suffixes of a family's sample names, by its type. */
const SAMPLES: Readonly<Record<ExpositionTextFormat, Readonly<Record<string, Readonly<Record<string, ValueRule>>>>>> = {
  prometheus: {
    counter: { '': GROWING },
    gauge: { '': ANY },
    histogram: { _bucket: ANY, _sum: ANY, _count: ANY },
    summary: { '': ANY, _sum: ANY, _count: ANY },
    untyped: { '': ANY },
  },
  openmetrics: {
    counter: { _total: GROWING, _created: TIME },
    gauge: { '': ANY },
    histogram: { _bucket: COUNT, _sum: GROWING, _count: COUNT, _created: TIME },
    gaugehistogram: { _bucket: COUNT, _gsum: NUMERIC, _gcount: COUNT },
    stateset: { '': STATE },
    info: { _info: ONE },
    summary: { '': QUANTILE, _sum: GROWING, _count: COUNT, _created: TIME },
    unknown: { '': ANY },
  },
};

/** The types of a format. */
export function typesOf(format: ExpositionTextFormat): string[] {
  return Object.keys(SAMPLES[format]);
}

/** The names that samples of a family have. */
export function sampleNames({ name, type, format }: Omit<ExpositionFamily, 'samples'>): string[] {
  return Object.keys(SAMPLES[format][type] ?? {}).map((suffix) => `${name}${suffix}`);
}

/** What the value of a sample of this family must be. */
export function valueRule({ name, type, format }: ExpositionFamily, sample: ExpositionSample): ValueRule {
  return SAMPLES[format][type]?.[sample.name.slice(name.length)] ?? ANY;
}

/** The same for the same series only. An empty value is as none: that is how Prometheus sees it. */
export function seriesKey(name: string, labels: Labels): string {
  const present = Object.entries(labels).filter(([, value]) => value !== '');
  return JSON.stringify([name, present.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The same for all samples of one metric: those that differ in a bound, a quantile or a state only. */
export function metricKey({ name, type }: ExpositionFamily, { labels }: ExpositionSample): string {
  const own = ownLabel(name, type);
  return seriesKey('', own === undefined ? labels : { ...labels, [own]: '' });
}

/** The label that tells the samples of one metric apart. */
export function ownLabel(family: string, type: string): string | undefined {
  if (type === 'histogram' || type === 'gaugehistogram') return 'le';
  if (type === 'summary') return 'quantile';
  return type === 'stateset' ? family : undefined;
}
