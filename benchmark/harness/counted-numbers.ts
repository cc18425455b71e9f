import { FAMILIES } from './subject';

/** By series: what a subject has counted. */
export type Numbers = Readonly<Record<string, number>>;

const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="([^"]*)"/g;

/** Labels that say something about the subject and nothing about executions. */
const isOwnLabel = (name: string) => name.startsWith('otel_');

const familyNames = Object.values(FAMILIES);

function labelText(labels: string): string {
  return [...labels.matchAll(LABEL)]
    .filter(([, name, value]) => value !== '' && !isOwnLabel(name!))
    .map(([, name, value]) => `${name}=${name === 'le' ? Number(value!.replace('+Inf', 'Infinity')) : value}`)
    .sort()
    .join(',');
}

/**
 * The numbers in a text of Prometheus. A counter or gauge of 0 is as none: some subjects write those, some do not.
 * Sums are compared to nine digits, since each subject adds in an order of its own.
 */
export function readNumbers(text: string): Numbers {
  const numbers: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || !familyNames.some((family) => name.startsWith(family))) continue;
    const number = Number(Number(value).toPrecision(9));
    if (number !== 0 || name.startsWith(FAMILIES.durations)) numbers[`${name}{${labelText(labels)}}`] = number;
  }
  return numbers;
}

/** Without what depends on how fast the machine is. */
export function withoutDurations(numbers: Numbers): Numbers {
  const isTimed = (series: string) => /_(sum|bucket)\{/.test(series);
  return Object.fromEntries(Object.entries(numbers).filter(([series]) => !isTimed(series)));
}

/** How many executions have been counted. */
export function executionsIn(numbers: Numbers): number {
  const counters = Object.entries(numbers).filter(([series]) => series.startsWith(FAMILIES.executions));
  return counters.reduce((sum, [, value]) => sum + value, 0);
}

/** Undefined where both have counted the same. */
export function differenceOf(one: Numbers, other: Numbers): string | undefined {
  const series = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of series) {
    if (one[key] !== other[key]) return `${key} is ${one[key] ?? 'missing'} and ${other[key] ?? 'missing'}`;
  }
  return undefined;
}
