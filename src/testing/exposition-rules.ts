import { metricKey, ownLabel, valueRule, type ExpositionFamily } from './exposition-family';
import type { ExpositionSample } from './exposition-line';
import { parseNumber } from './exposition-number';

/** What can be said of a sample by itself. @throws SyntaxError */
export function checkSample(family: ExpositionFamily, sample: ExpositionSample): void {
  checkOwnLabel(family, sample);
  const rule = valueRule(family, sample);
  if (!rule.holds(sample.value)) throw new SyntaxError(`${sample.name} must be ${rule.says}, and is ${sample.value}`);
  if (sample.exemplar !== undefined) checkExemplar(family, sample, sample.exemplar.value);
}

/** What can be said of a family only when it is whole. @throws SyntaxError */
export function checkFamily(family: ExpositionFamily): void {
  try {
    checkUnit(family);
    for (const samples of pointsOf(family)) checkPoint(family, samples);
  } catch (error) {
    throw new SyntaxError(`In the family ${family.name}, ${(error as Error).message}.`, { cause: error });
  }
}

function checkOwnLabel({ name: family, type }: ExpositionFamily, { name, labels }: ExpositionSample): void {
  const label = ownLabel(family, type);
  if (label === undefined) return;
  const mayHave = label === 'le' ? name === `${family}_bucket` : name === family;
  if (mayHave !== Object.hasOwn(labels, label)) {
    const where = { histogram: 'buckets', gaugehistogram: 'buckets', summary: 'quantiles' }[type] ?? 'states';
    throw new SyntaxError(`"${label}" stands on ${where}, on all of them and nowhere else`);
  }
  if (mayHave && type === 'summary') checkQuantile(labels['quantile']!);
}

function checkQuantile(text: string): void {
  const quantile = parseNumber(text, 'the quantile');
  if (!(quantile >= 0 && quantile <= 1)) throw new SyntaxError(`a quantile is from 0 to 1, not ${text}`);
}

function checkExemplar({ name: family, type }: ExpositionFamily, { name, labels }: ExpositionSample, value: number) {
  const isBucket = ownLabel(family, type) === 'le' && name === `${family}_bucket`;
  if (!isBucket && !(type === 'counter' && name === `${family}_total`)) {
    throw new SyntaxError('an exemplar stands on buckets and totals only');
  }
  if (isBucket && !(value <= parseNumber(labels['le']!, 'the bound'))) {
    throw new SyntaxError(`the exemplar ${value} is not in its bucket`);
  }
}

function checkUnit({ name, type, unit }: ExpositionFamily): void {
  if (unit === '') return;
  if (type === 'info' || type === 'stateset') throw new SyntaxError(`the type ${type} has no unit`);
  if (!name.endsWith(`_${unit}`)) throw new SyntaxError(`the name does not end with the unit "${unit}"`);
}

/** The samples that belong together: of one metric, at one time. */
function pointsOf(family: ExpositionFamily): Iterable<ExpositionSample[]> {
  const points = new Map<string, ExpositionSample[]>();
  for (const sample of family.samples) {
    const key = `${metricKey(family, sample)} ${sample.timestamp}`;
    const point = points.get(key);
    if (point === undefined) points.set(key, [sample]);
    else point.push(sample);
  }
  return points.values();
}

function checkPoint(family: ExpositionFamily, samples: readonly ExpositionSample[]): void {
  const { name, type, format } = family;
  if (ownLabel(name, type) === 'le') checkBuckets(family, samples);
  if (type === 'counter' && format === 'openmetrics' && !samples.some((sample) => sample.name === `${name}_total`)) {
    throw new SyntaxError('there is no "_total"');
  }
}

function checkBuckets(family: ExpositionFamily, samples: readonly ExpositionSample[]): void {
  const buckets = samples.filter(({ name }) => name === `${family.name}_bucket`);
  const bounds = buckets.map(({ labels }) => boundOf(family, labels['le']!));
  if (!isAscending(bounds, 'strictly')) throw new SyntaxError('the bounds of buckets do not ascend');
  if (bounds.at(-1) !== Infinity) throw new SyntaxError('there is no bucket with le="+Inf"');
  if (!isAscending(buckets.map(({ value }) => value))) throw new SyntaxError('buckets are not cumulative');
  checkSumAndCount(family, samples, buckets.at(-1)!.value, bounds[0]! < 0);
}

function boundOf({ format }: ExpositionFamily, text: string): number {
  const bound = parseNumber(text, 'the bound');
  if (bound !== Infinity || format === 'prometheus' || text === '+Inf') return bound;
  throw new SyntaxError(`the last bound is written +Inf, not ${text}`);
}

function checkSumAndCount(
  { name: family, type, format }: ExpositionFamily,
  samples: readonly ExpositionSample[],
  all: number,
  hasNegativeBounds: boolean,
): void {
  const [sumName, countName] = type === 'histogram' ? ['_sum', '_count'] : ['_gsum', '_gcount'];
  const sum = samples.find(({ name }) => name === `${family}${sumName}`);
  const count = samples.find(({ name }) => name === `${family}${countName}`);
  // OpenMetrics lets both be left out together.
  if (format === 'openmetrics' && sum === undefined && count === undefined) return;
  if (sum === undefined) throw new SyntaxError(`there is no "${sumName}"`);
  if (count?.value !== all) throw new SyntaxError(`"${countName}" is not the bucket of le="+Inf"`);
  if (format === 'prometheus') return;
  if (type === 'histogram' && hasNegativeBounds) throw new SyntaxError('a sum stands beside negative bounds');
  if (sum.value < 0 && !hasNegativeBounds) throw new SyntaxError(`the sum is ${sum.value}, and no bound is negative`);
}

function isAscending(numbers: readonly number[], strictly?: 'strictly'): boolean {
  return numbers.every((number, i) => i === 0 || number > numbers[i - 1]! || (!strictly && number === numbers[i - 1]));
}
