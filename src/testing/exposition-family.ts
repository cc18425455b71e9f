import { toNumber, type ExpositionSample, type ExpositionTextFormat, type Labels } from './exposition-line';

/** A metric with all its samples. */
export interface ExpositionFamily {
  /** The format it was read from. */
  readonly format: ExpositionTextFormat;
  /** As it stands in `# TYPE`: without `_total` for a counter in OpenMetrics. */
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

const PROMETHEUS_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

const OPENMETRICS_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['', '_sum', '_count', '_created'],
  info: ['_info'],
};

/** The names that samples of a family have. */
export function sampleNames({ name, type, format }: ExpositionFamily): string[] {
  const suffixes = format === 'openmetrics' ? OPENMETRICS_SUFFIXES : PROMETHEUS_SUFFIXES;
  return (suffixes[type] ?? ['']).map((suffix) => `${name}${suffix}`);
}

/** The same for the same series only. An empty value is as none: that is how Prometheus sees it. */
export function seriesKey(name: string, labels: Labels): string {
  const present = Object.entries(labels).filter(([, value]) => value !== '');
  return JSON.stringify([name, present.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** What can be said of a family only when it is whole. @throws SyntaxError */
export function checkFamily(family: ExpositionFamily): void {
  try {
    for (const sample of family.samples) checkSample(family, sample);
    if (family.type === 'histogram') for (const samples of groupSeries(family)) checkHistogram(family.name, samples);
  } catch (error) {
    throw new SyntaxError(`in the family ${family.name}, ${(error as Error).message}`, { cause: error });
  }
}

function checkSample(
  { name: family, type }: ExpositionFamily,
  { name, labels, value, exemplar }: ExpositionSample,
): void {
  const isBucket = type === 'histogram' && name.endsWith('_bucket');
  if (isBucket !== Object.hasOwn(labels, 'le') && type === 'histogram')
    throw new SyntaxError('"le" stands on buckets only');
  const isQuantile = type === 'summary' && name === family;
  if (isQuantile !== Object.hasOwn(labels, 'quantile') && type === 'summary') {
    throw new SyntaxError('"quantile" stands on quantiles only');
  }
  if (type === 'counter' && !(value >= 0)) throw new SyntaxError(`a counter cannot be ${value}`);
  if (exemplar !== undefined && type !== 'counter' && !isBucket) {
    throw new SyntaxError('an exemplar stands on buckets and counters only');
  }
}

/** The samples of each label set, `le` apart. */
function groupSeries({ samples }: ExpositionFamily): Iterable<ExpositionSample[]> {
  const groups = new Map<string, ExpositionSample[]>();
  for (const sample of samples) {
    const key = seriesKey('', { ...sample.labels, le: '' });
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return groups.values();
}

function checkHistogram(name: string, samples: readonly ExpositionSample[]): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => toNumber(labels['le']!));
  if (!isAscending(bounds, 'strictly')) throw new SyntaxError('the bounds of buckets do not ascend');
  if (bounds.at(-1) !== Infinity) throw new SyntaxError('there is no bucket with le="+Inf"');
  if (!isAscending(buckets.map(({ value }) => value))) throw new SyntaxError('buckets are not cumulative');
  const count = samples.find((sample) => sample.name === `${name}_count`);
  if (count?.value !== buckets.at(-1)?.value) throw new SyntaxError('"_count" is not the bucket of le="+Inf"');
  if (!samples.some((sample) => sample.name === `${name}_sum`)) throw new SyntaxError('there is no "_sum"');
}

function isAscending(numbers: readonly number[], strictly?: 'strictly'): boolean {
  return numbers.every((number, i) => i === 0 || number > numbers[i - 1]! || (!strictly && number === numbers[i - 1]));
}
