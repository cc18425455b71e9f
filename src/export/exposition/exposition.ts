import { escapeHelp, escapeLabelValue, formatValue, labelText } from '../text/exposition-text';

/** The two text formats; what differs between them is decided here and nowhere else. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

export interface ExpositionOptions {
  readonly format: ExpositionFormat;
  readonly prefix: string;
  readonly defaultLabels: Readonly<Record<string, string>>;
  /** Where several processes answer as one: which of them every sample is of. */
  readonly worker?: string;
}

/** Tells the samples of several processes apart. */
export const WORKER_LABEL = 'worker';

/** The labels that every sample of ours has. */
export function commonLabels({ defaultLabels, worker }: ExpositionOptions): Readonly<Record<string, string>> {
  return worker === undefined ? defaultLabels : { ...defaultLabels, [WORKER_LABEL]: worker };
}

/** Those of a sample of others, whose own label of that name gets another, as Prometheus does it. */
export function labelsOfWorker<Value>(
  labels: Readonly<Record<string, Value>>,
  worker: string | undefined,
): Readonly<Record<string, Value | string>> {
  if (worker === undefined) return labels;
  const { [WORKER_LABEL]: exported, ...others } = labels;
  return {
    ...others,
    ...(exported === undefined ? {} : { [`exported_${WORKER_LABEL}`]: exported }),
    [WORKER_LABEL]: worker,
  };
}

/** The text after the last family. */
export function expositionEnd(format: ExpositionFormat): string {
  return format === 'openmetrics' ? '# EOF\n' : '';
}

export interface FamilyHeader {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

/** OpenMetrics names a counter's family without `_total`, and knows no counter whose samples lack it. */
export function exposedFamily(name: string, type: string, format: ExpositionFormat): { name: string; type: string } {
  if (format === 'prometheus') return { name, type: type === 'unknown' ? 'untyped' : type };
  if (type === 'untyped') return { name, type: 'unknown' };
  if (type !== 'counter') return { name, type };
  return name.endsWith('_total') ? { name: name.slice(0, -'_total'.length), type } : { name, type: 'unknown' };
}

export function writeHeader({ name, type, help }: FamilyHeader, format: ExpositionFormat): string {
  const family = exposedFamily(name, type, format);
  const text = format === 'prometheus' ? escapeHelp(help) : escapeLabelValue(help);
  return `# HELP ${family.name} ${text}\n# TYPE ${family.name} ${family.type}\n`;
}

/** What OpenMetrics lets a bucket or a counter carry. */
export interface WrittenExemplar {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** One line. `labels` is the text between the braces, empty for none. */
export function writeSample(name: string, labels: string, value: number, exemplar?: WrittenExemplar): string {
  const series = labels === '' ? name : `${name}{${labels}}`;
  return `${series} ${formatValue(value)}${exemplar === undefined ? '' : exemplarText(exemplar)}\n`;
}

/** What follows the value. */
export function exemplarText({ labels, value, timestamp }: WrittenExemplar): string {
  return ` # {${labelText(Object.keys(labels), Object.values(labels))}} ${formatValue(value)} ${timestamp}`;
}
