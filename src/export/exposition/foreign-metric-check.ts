import type { ForeignMetric, ForeignValue } from './foreign-metric';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The suffixes of a metric's sample names, by its type. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
  untyped: [''],
  unknown: [''],
};

/** What a metric has to answer. */
interface ForeignAnswer {
  readonly help: string;
  readonly values: readonly ForeignValue[];
}

/**
 * Applications may register any object as a metric, and one malformed line makes a scraper refuse the whole text.
 * In steps.
 *
 * @throws TypeError that says what is wrong
 */
export function* checkForeignMetric(metric: ForeignMetric, answer: unknown): Generator<void, ForeignAnswer> {
  const { name, type } = metric;
  const suffixes = SUFFIXES[type];
  if (!NAME.test(name)) throw new TypeError(`"${name}" is not a valid metric name.`);
  if (suffixes === undefined) throw new TypeError(`"${type}" is not a metric type.`);
  const { help, values } = (answer ?? {}) as Partial<ForeignAnswer>;
  if (typeof help !== 'string') throw new TypeError('It has no help.');
  if (!Array.isArray(values)) throw new TypeError('It has no list of values.');
  const names = suffixes.map((suffix) => `${name}${suffix}`);
  for (const value of values as unknown[]) {
    checkValue(value, name, names);
    yield;
  }
  return { help, values: values as ForeignValue[] };
}

function checkValue(answered: unknown, name: string, names: readonly string[]): void {
  const { metricName = name, labels, value } = (answered ?? {}) as Partial<ForeignValue>;
  if (typeof value !== 'number') throw new TypeError('One of its values is not a number.');
  if (!names.includes(metricName)) throw new TypeError(`"${metricName}" is not a valid name for one of its values.`);
  if (typeof labels !== 'object' || labels === null) throw new TypeError('One of its values has no labels.');
  for (const [label, of] of Object.entries(labels)) {
    if (!LABEL_NAME.test(label) || label === '__name__') throw new TypeError(`"${label}" is not a valid label name.`);
    if (typeof of === 'object' || typeof of === 'symbol') throw new TypeError(`Its label "${label}" is not a string.`);
  }
}
