import { HISTOGRAM_COLUMNS } from '../collection/duration-histogram';
import type { Exemplar } from '../collection/exemplar';
import type { Labelled } from '../collection/execution-series';
import { keepShapes } from '../collection/kept-shapes';
import { exemplarText, writeHeader } from './exposition';
import type { ExpositionOptions } from './exposition';
import { escapeLabelValue, labelText } from './exposition-text';
import { FamilySnapshot } from './family-snapshot';
import type { HistogramSample, SampleGroup } from './family-snapshot';
import { LineEnds } from './line-ends';
import { TextBuffer } from './text-buffer';
import { StringSink } from './text-sink';

const NS_PER_SECOND = 1e9;
const QUOTE = Buffer.from('"');

/** Series to a step: some ten thousand bytes. */
const SERIES_PER_STEP = 32;

/** Writes a family in steps that are small enough to let others run in between. */
export function* writeFamily(snapshot: FamilySnapshot, options: ExpositionOptions, out: TextBuffer): Generator<void> {
  const { family, groups, histograms } = snapshot;
  const name = `${options.prefix}_${family.name}`;
  out.write(writeHeader({ name, type: family.type, help: family.help }, options.format));
  const writer = new FamilyWriter(snapshot, options, out);
  for (let index = 0; index < groups.length; index += 1) {
    writer.writeGroup(groups[index]!);
    out.handOver();
    if (index % SERIES_PER_STEP === 0) yield;
  }
  for (let index = 0; index < histograms.length; index += 1) {
    writer.writeHistogram(histograms[index]!);
    out.handOver();
    if (index % SERIES_PER_STEP === 0) yield;
  }
}

/** Writes the samples of one family. What many of them have in common is made once, in bytes. */
class FamilyWriter {
  private readonly names: Readonly<Record<'sample' | 'bucket' | 'sum' | 'count', Uint8Array>>;
  /** What stands before the value of each label. */
  private readonly labelStarts: readonly Uint8Array[];
  private readonly labelledEnds: LineEnds;
  private readonly bareEnds: LineEnds;
  private readonly hasExemplars: boolean;

  constructor(
    { family }: FamilySnapshot,
    { prefix, defaultLabels, format }: ExpositionOptions,
    private readonly out: TextBuffer,
  ) {
    const name = `${prefix}_${family.name}`;
    this.names = {
      sample: Buffer.from(name),
      bucket: Buffer.from(`${name}_bucket`),
      sum: Buffer.from(`${name}_sum`),
      count: Buffer.from(`${name}_count`),
    };
    this.labelStarts = family.labels.map((label, index) => Buffer.from(`${index === 0 ? '{' : ','}${label}="`));
    const defaults = labelText(Object.keys(defaultLabels), Object.values(defaultLabels));
    this.labelledEnds = new LineEnds(',', family.labels.at(-1), defaults);
    this.bareEnds = new LineEnds('{', family.labels.at(-1), defaults);
    this.hasExemplars = format === 'openmetrics';
  }

  writeGroup({ series, values, lastLabels, exemplars }: SampleGroup): void {
    const { out } = this;
    out.mark();
    out.writeBytes(this.names.sample);
    const ends = this.writeLabels(series);
    if (lastLabels === undefined) {
      out.writeBytes(ends.plain);
      out.writeNumber(values[0]!);
      return out.endLine();
    }
    const start = out.sinceMark;
    for (let index = 0; index < values.length; index += 1) {
      if (index > 0) out.repeat(0, start);
      out.writeBytes(ends.ofLastLabel(lastLabels[index]!));
      out.writeNumber(values[index]!);
      if (this.hasExemplars) this.writeExemplar(exemplars?.[index], 1);
      out.endLine();
    }
  }

  writeHistogram({ series, bounds, numbers, at, exemplars }: HistogramSample): void {
    const { out } = this;
    out.mark();
    out.writeBytes(this.names.bucket);
    const labels = out.sinceMark;
    const ends = this.writeLabels(series);
    const start = out.sinceMark;
    const bucketEnds = ends.ofBounds(bounds);
    let cumulative = 0;
    for (let bucket = 0; bucket < bucketEnds.length; bucket += 1) {
      cumulative += numbers[at + HISTOGRAM_COLUMNS.buckets + bucket]!;
      if (bucket > 0) out.repeat(0, start);
      out.writeBytes(bucketEnds[bucket]!);
      out.writeNumber(cumulative);
      if (this.hasExemplars) this.writeExemplar(exemplars?.[bucket]);
      out.endLine();
    }
    out.writeBytes(this.names.sum);
    out.repeat(labels, start);
    out.writeBytes(ends.plain);
    out.writeSeconds(numbers[at + HISTOGRAM_COLUMNS.totalNs]!);
    out.endLine();
    out.writeBytes(this.names.count);
    out.repeat(labels, start);
    out.writeBytes(ends.plain);
    out.writeNumber(numbers[at + HISTOGRAM_COLUMNS.count]!);
    out.endLine();
  }

  /** The series' own labels; how the line may go on. */
  private writeLabels({ labels }: Labelled): LineEnds {
    const { out } = this;
    for (let index = 0; index < labels.length; index += 1) {
      out.writeBytes(this.labelStarts[index]!);
      if (!out.writePlain(labels[index]!)) out.write(escapeLabelValue(labels[index]!));
      out.writeBytes(QUOTE);
    }
    return labels.length === 0 ? this.bareEnds : this.labelledEnds;
  }

  /** @param value that of a counter's exemplar; that of a bucket's is its duration */
  private writeExemplar(exemplar: Exemplar | undefined, value?: number): void {
    if (exemplar === undefined) return;
    const { traceId, spanId, time, durationNs } = exemplar;
    const labels = { trace_id: traceId, span_id: spanId };
    this.out.write(exemplarText({ labels, value: value ?? durationNs / NS_PER_SECOND, timestamp: time / 1_000 }));
  }
}

function keepShapesOfWriting(): void {
  const snapshot = new FamilySnapshot({ name: '', type: 'gauge', help: '', labels: [] });
  const out = new TextBuffer(new StringSink());
  const options = { format: 'prometheus', prefix: '', defaultLabels: {} } as const;
  keepShapes(snapshot, out, new FamilyWriter(snapshot, options, out));
}

keepShapesOfWriting();
