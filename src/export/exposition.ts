import { HISTOGRAM_COLUMNS } from '../collection/duration-histogram';
import type { Exemplar, Exemplars } from '../collection/exemplar';
import type { Labelled } from '../collection/execution-series';
import { keepShapes } from '../collection/kept-shapes';
import { FamilySnapshot } from './family-snapshot';
import type { HistogramSample, SampleGroup } from './family-snapshot';
import { TextBuffer } from './text-buffer';
import {
  escapeHelp,
  escapeLabelValue,
  formatBound,
  formatValue,
  joinLabels,
  labelPair,
  labelText,
} from './exposition-text';

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

function exemplarText({ labels, value, timestamp }: WrittenExemplar): string {
  return ` # {${labelText(Object.keys(labels), Object.values(labels))}} ${formatValue(value)} ${timestamp}`;
}

const NS_PER_SECOND = 1e9;

/** The labels of series as text, for one scrape: a series is in many families, with the same labels in each. */
export class LabelTexts {
  private readonly texts = new Map<Labelled, string>();

  of(series: Labelled, names: readonly string[]): string {
    let text = this.texts.get(series);
    if (text === undefined) this.texts.set(series, (text = labelText(names, series.labels)));
    return text;
  }
}

/** Series to a step: some ten thousand bytes. */
const SERIES_PER_STEP = 32;

/** Writes a family in steps that are small enough to let others run in between. */
export function* writeFamily(
  snapshot: FamilySnapshot,
  options: ExpositionOptions,
  out: TextBuffer,
  labels = new LabelTexts(),
): Generator<void> {
  const { family, groups, histograms } = snapshot;
  const header = { name: `${options.prefix}_${family.name}`, type: family.type, help: family.help };
  out.write(writeHeader(header, options.format));
  const writer = new FamilyWriter(snapshot, options, out, labels);
  for (let index = 0; index < groups.length; index += 1) {
    writer.writeGroup(groups[index]!);
    if (index % SERIES_PER_STEP === 0) yield;
  }
  for (let index = 0; index < histograms.length; index += 1) {
    writer.writeHistogram(histograms[index]!);
    if (index % SERIES_PER_STEP === 0) yield;
  }
}

/** Writes the samples of one family. What many of them have in common is made once. */
class FamilyWriter {
  private readonly name: string;
  private readonly defaults: string;
  /** By the value of the last label: what stands from there to the value. */
  private readonly ends = new Map<string, string>();
  private readonly hasExemplars: boolean;

  constructor(
    private readonly snapshot: FamilySnapshot,
    { prefix, defaultLabels, format }: ExpositionOptions,
    private readonly out: TextBuffer,
    private readonly labels: LabelTexts,
  ) {
    this.name = `${prefix}_${snapshot.family.name}`;
    this.defaults = labelText(Object.keys(defaultLabels), Object.values(defaultLabels));
    this.hasExemplars = format === 'openmetrics';
  }

  writeGroup({ series, values, lastLabels, exemplars }: SampleGroup): void {
    if (lastLabels === undefined) return this.writeLine('', series, values[0]!);
    const start = this.writeStart('{', series, '');
    for (let index = 0; index < values.length; index += 1) {
      if (index > 0) this.out.repeat(start);
      this.out.write(this.endOf(lastLabels[index]!));
      this.writeValue(values[index]!, this.exemplar(exemplars, index, countedOnce));
    }
  }

  writeHistogram({ series, bounds, numbers, at, exemplars }: HistogramSample): void {
    const start = this.writeStart('_bucket{', series, this.defaults);
    const ends = bucketEnds(bounds);
    let cumulative = 0;
    for (let bucket = 0; bucket < ends.length; bucket += 1) {
      cumulative += numbers[at + HISTOGRAM_COLUMNS.buckets + bucket]!;
      if (bucket > 0) this.out.repeat(start);
      this.out.write(ends[bucket]!);
      this.writeValue(cumulative, this.exemplar(exemplars, bucket, secondsOf));
    }
    this.writeLine('_sum', series, numbers[at + HISTOGRAM_COLUMNS.totalNs]! / NS_PER_SECOND);
    this.writeLine('_count', series, numbers[at + HISTOGRAM_COLUMNS.count]!);
  }

  /** The first line of several that begin alike, up to the label in which they differ; how many bytes that is. */
  private writeStart(suffix: string, series: Labelled, more: string): number {
    const { out } = this;
    out.mark();
    out.write(this.name);
    out.write(suffix);
    const labels = joinLabels(this.labelsOf(series), more);
    if (labels !== '') {
      out.write(labels);
      out.write(',');
    }
    return out.sinceMark;
  }

  private writeLine(suffix: string, series: Labelled, value: number): void {
    const { out } = this;
    out.write(this.name);
    if (suffix !== '') out.write(suffix);
    const labels = joinLabels(this.labelsOf(series), this.defaults);
    if (labels !== '') {
      out.write('{');
      out.write(labels);
      out.write('}');
    }
    out.write(' ');
    this.writeValue(value, undefined);
  }

  private labelsOf(series: Labelled): string {
    return this.labels.of(series, this.snapshot.family.labels);
  }

  private writeValue(value: number, exemplar: WrittenExemplar | undefined): void {
    this.out.writeNumber(value);
    if (exemplar !== undefined) this.out.write(exemplarText(exemplar));
    this.out.write('\n');
  }

  private endOf(lastLabel: string): string {
    let end = this.ends.get(lastLabel);
    if (end === undefined) {
      end = `${joinLabels(labelPair(this.snapshot.family.labels.at(-1)!, lastLabel), this.defaults)}} `;
      this.ends.set(lastLabel, end);
    }
    return end;
  }

  private exemplar(
    exemplars: Readonly<Exemplars> | undefined,
    index: number,
    valueOf: (exemplar: Exemplar) => number,
  ): WrittenExemplar | undefined {
    const exemplar = this.hasExemplars ? exemplars?.[index] : undefined;
    if (exemplar === undefined) return undefined;
    const { traceId, spanId, time } = exemplar;
    return { labels: { trace_id: traceId, span_id: spanId }, value: valueOf(exemplar), timestamp: time / 1_000 };
  }
}

const countedOnce = () => 1;
const secondsOf = ({ durationNs }: Exemplar) => durationNs / NS_PER_SECOND;

/** The bounds of a histogram as its lines have them, each to the value; the last is that of what exceeds them all. */
const endsOfBounds = new WeakMap<readonly number[], readonly string[]>();

function bucketEnds(bounds: readonly number[]): readonly string[] {
  let ends = endsOfBounds.get(bounds);
  if (ends === undefined) {
    ends = [...bounds, Infinity].map((bound) => `le="${formatBound(bound)}"} `);
    endsOfBounds.set(bounds, ends);
  }
  return ends;
}

function keepShapesOfWriting(): void {
  const family = { name: '', type: 'gauge', help: '', labels: [] } as const;
  const snapshot = new FamilySnapshot(family);
  const out = new TextBuffer();
  const labels = new LabelTexts();
  const options = { format: 'prometheus', prefix: '', defaultLabels: {} } as const;
  keepShapes(snapshot, out, labels, new FamilyWriter(snapshot, options, out, labels));
}

keepShapesOfWriting();
