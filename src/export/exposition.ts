import type { Labelled } from '../collection/execution-series';
import type { FamilySnapshot, HistogramSample } from './family-snapshot';

/** The two text formats; what differs between them is decided here and nowhere else. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

export interface ExpositionOptions {
  readonly format: ExpositionFormat;
  readonly prefix: string;
  readonly defaultLabels: Readonly<Record<string, string>>;
}

/** What stands after the last family. */
export function expositionEnd(format: ExpositionFormat): string {
  return format === 'openmetrics' ? '# EOF\n' : '';
}

/** Writes a family in pieces that are small enough to let others run in between. */
export function* writeFamily(snapshot: FamilySnapshot, options: ExpositionOptions): Generator<string> {
  const { family, samples, histograms } = snapshot;
  const name = `${options.prefix}_${family.name}`;
  const defaults = labelText(Object.keys(options.defaultLabels), Object.values(options.defaultLabels));
  yield writeHeader({ name, type: family.type, help: family.help }, options.format);
  const extraLabel = family.labels.at(-1);
  for (const { series, extra, value } of samples) {
    const extraText = extra === undefined ? '' : `${extraLabel}="${escapeLabelValue(extra)}"`;
    yield writeSample(name, joinLabels(seriesLabels(series, family.labels), extraText, defaults), value);
  }
  for (const histogram of histograms) {
    yield writeHistogram(name, joinLabels(seriesLabels(histogram.series, family.labels), defaults), histogram);
  }
}

export interface FamilyHeader {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

/** OpenMetrics names a counter's family without `_total`, and knows no counter whose samples lack it. */
export function writeHeader({ name, type, help }: FamilyHeader, format: ExpositionFormat): string {
  if (format === 'prometheus') return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  const isTotal = name.endsWith('_total');
  const familyName = type === 'counter' && isTotal ? name.slice(0, -'_total'.length) : name;
  const familyType = type === 'counter' && !isTotal ? 'unknown' : type;
  return `# HELP ${familyName} ${escapeLabelValue(help)}\n# TYPE ${familyName} ${familyType}\n`;
}

/** One line. `labels` is the text between the braces, empty for none. */
export function writeSample(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${formatValue(value)}\n` : `${name}{${labels}} ${formatValue(value)}\n`;
}

function writeHistogram(name: string, labels: string, { bounds, counts, sum, count }: HistogramSample): string {
  const separator = labels === '' ? '' : ',';
  let text = '';
  let cumulative = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    cumulative += counts[bucket]!;
    const bound = formatBound(bounds[bucket] ?? Infinity);
    text += `${name}_bucket{${labels}${separator}le="${bound}"} ${cumulative}\n`;
  }
  return text + writeSample(`${name}_sum`, labels, sum) + writeSample(`${name}_count`, labels, count);
}

export function joinLabels(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(',');
}

/** prom-client's labels may also be numbers, or be left undefined. */
type LabelValue = string | number | undefined;

/** The text between the braces. What is undefined is left out; an empty value is written, and as good as none. */
export function labelText(names: readonly string[], values: readonly LabelValue[]): string {
  const pairs: string[] = [];
  names.forEach((name, index) => {
    const value = values[index];
    if (value === undefined) return;
    pairs.push(`${name}="${escapeLabelValue(isBound(name, value) ? formatBound(value) : `${value}`)}"`);
  });
  return pairs.join(',');
}

/** A series' labels never change: their text is made once. */
const seriesTexts = new WeakMap<Labelled, string>();

function seriesLabels(series: Labelled, names: readonly string[]): string {
  let text = seriesTexts.get(series);
  if (text === undefined) seriesTexts.set(series, (text = labelText(names, series.labels)));
  return text;
}

function isBound(label: string, value: LabelValue): value is number {
  return typeof value === 'number' && (label === 'le' || label === 'quantile');
}

/** The canonical float: `1.0`, not `1`, which would be another series for Prometheus. */
function formatBound(bound: number): string {
  const text = formatValue(bound);
  return Number.isInteger(bound) && !text.includes('e') ? `${text}.0` : text;
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

export function escapeLabelValue(value: string): string {
  const wellFormed = value.isWellFormed() ? value : value.toWellFormed();
  return /[\\"\n]/.test(wellFormed) ? wellFormed.replace(/[\\"\n]/g, (character) => ESCAPES[character]!) : wellFormed;
}

/** In the older format a quotation mark stands for itself in a help text. */
function escapeHelp(help: string): string {
  return help.replace(/[\\\n]/g, (character) => ESCAPES[character]!);
}
