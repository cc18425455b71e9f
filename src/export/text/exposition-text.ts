/** prom-client's labels may also be numbers, or be left undefined. */
export type LabelValue = string | number | undefined;

/** The text between the braces. What is undefined is left out; an empty value is written, and as good as none. */
export function labelText(names: readonly string[], values: readonly LabelValue[]): string {
  const pairs: string[] = [];
  names.forEach((name, index) => {
    const value = values[index];
    if (value === undefined) return;
    pairs.push(labelPair(name, isBound(name, value) ? formatBound(value) : `${value}`));
  });
  return pairs.join(',');
}

export function labelPair(name: string, value: string): string {
  return `${name}="${escapeLabelValue(value)}"`;
}

/** Either may be empty. */
export function joinLabels(labels: string, more: string): string {
  if (more === '') return labels;
  return labels === '' ? more : `${labels},${more}`;
}

function isBound(label: string, value: LabelValue): value is number {
  return typeof value === 'number' && (label === 'le' || label === 'quantile');
}

/** Below and above these, Go writes a float with an exponent. */
const SMALLEST_DECIMAL = 1e-4;
const SMALLEST_EXPONENTIAL = 1e6;

/**
 * The canonical float of OpenMetrics: as Go writes it, and with a point. `1` and `1.0`, or `1000000.0` and `1e+06`, are
 * two series for Prometheus.
 */
export function formatBound(bound: number): string {
  const size = Math.abs(bound);
  if (!Number.isFinite(bound)) return formatValue(bound);
  if (size !== 0 && (size < SMALLEST_DECIMAL || size >= SMALLEST_EXPONENTIAL)) {
    // Go writes two digits at least: `1e+06`, where V8 writes `1e+6`.
    return bound.toExponential().replace(/(?<=e[+-])\d$/, '0$&');
  }
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

export function escapeLabelValue(value: string): string {
  const wellFormed = value.isWellFormed() ? value : value.toWellFormed();
  return /[\\"\n]/.test(wellFormed) ? wellFormed.replace(/[\\"\n]/g, (character) => ESCAPES[character]!) : wellFormed;
}

/** The older format does not escape quotation marks in help texts. */
export function escapeHelp(help: string): string {
  return help.replace(/[\\\n]/g, (character) => ESCAPES[character]!);
}
