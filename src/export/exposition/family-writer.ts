import { HISTOGRAM_COLUMNS } from '../../collection/series/duration-histogram';
import { SERIES_COLUMNS, type LabelSet } from '../../collection/series/execution-series';
import type { Exemplar } from '../../collection/series/exemplar';
import { keepShapes } from '../../runtime/kept-shapes';
import { durationsOf, type FamilyContent, type HistogramSample, type Sample } from '../families/family-content';
import type { FamilyDescription } from '../families/metric-families';
import { SeriesSnapshot } from '../families/series-snapshot';
import { labelText } from '../text/exposition-text';
import { Fragment } from '../text/fragment';
import { TextBuffer } from '../text/text-buffer';
import { StringSink } from '../text/text-sink';
import { exemplarText, writeHeader, type ExpositionOptions } from './exposition';
import { LabelTexts, writeLabelValue } from './label-texts';
import { LineEnds } from './line-ends';

const NS_PER_SECOND = 1e9;

/** Series, or single samples, to a step: some ten thousand bytes at the most. */
const PARTS_PER_STEP = 32;

/** Writes one family. What its lines have in common is made once, in bytes. */
export class FamilyWriter {
  private readonly header: string;
  private readonly names: Readonly<Record<'sample' | 'bucket' | 'sum' | 'count', Fragment>>;
  /** What stands before the value of each label of a series. */
  readonly labelStarts: readonly Fragment[];
  private readonly labelledEnds: LineEnds;
  private readonly bareEnds: LineEnds;
  private readonly hasExemplars: boolean;

  constructor(family: FamilyDescription, { prefix, defaultLabels, format }: ExpositionOptions) {
    const { type, help, labels, sampleLabel } = family;
    const name = `${prefix}_${family.name}`;
    this.header = writeHeader({ name, type, help }, format);
    this.names = {
      sample: new Fragment(name),
      bucket: new Fragment(`${name}_bucket`),
      sum: new Fragment(`${name}_sum`),
      count: new Fragment(`${name}_count`),
    };
    this.labelStarts = labels.map((label, index) => new Fragment(`${index === 0 ? '{' : '",'}${label}="`));
    const defaults = labelText(Object.keys(defaultLabels), Object.values(defaultLabels));
    this.labelledEnds = new LineEnds(',', sampleLabel, defaults);
    this.bareEnds = new LineEnds('{', sampleLabel, defaults);
    this.hasExemplars = format === 'openmetrics';
  }

  /** In steps that are small enough to let others run in between. */
  *write(content: FamilyContent, out: TextBuffer, labels: LabelTexts): Generator<void> {
    out.write(this.header);
    labels.rewind();
    const { length, write } = this.parts(content, out, labels);
    for (let index = 0; index < length; index += 1) {
      write(index);
      out.handOver();
      if (index % PARTS_PER_STEP === 0) yield;
    }
  }

  /** What is written between two steps: a series, or a sample. */
  private parts(content: FamilyContent, out: TextBuffer, labels: LabelTexts) {
    switch (content.kind) {
      case 'samples': {
        const { samples } = content;
        return { length: samples.length, write: (index: number) => this.writeSample(samples[index]!, out, labels) };
      }
      case 'column': {
        const { of, column } = content;
        return { length: of.series.length, write: (index: number) => this.writeColumn(of, index, column, out, labels) };
      }
      case 'statuses': {
        const { of } = content;
        return { length: of.series.length, write: (index: number) => this.writeStatuses(of, index, out, labels) };
      }
      case 'durations': {
        const { of } = content;
        const write = (index: number) => this.writeHistogram(durationsOf(of, index), out, labels);
        return { length: of.series.length, write };
      }
      case 'histograms': {
        const { histograms } = content;
        const write = (index: number) => this.writeHistogram(histograms[index]!, out, labels);
        return { length: histograms.length, write };
      }
    }
  }

  private writeSample({ series, value, label }: Sample, out: TextBuffer, labels: LabelTexts): void {
    const ends = this.beginSample(series, out, labels);
    if (label === undefined) return out.endSample(ends.plain, value);
    out.writeFragment(ends.sampleLabelStart);
    writeLabelValue(label, out);
    out.endSample(ends.afterSampleLabel, value);
  }

  private writeColumn(of: SeriesSnapshot, index: number, column: number, out: TextBuffer, labels: LabelTexts): void {
    const series = of.series[index]!;
    const ends = this.beginSample(series, out, labels);
    out.endSample(ends.plain, of.pages[index]![series.at + column]!);
  }

  private writeStatuses(of: SeriesSnapshot, index: number, out: TextBuffer, labels: LabelTexts): void {
    const series = of.series[index]!;
    const numbers = of.pages[index]!;
    const from = series.at + SERIES_COLUMNS.statuses;
    const exemplars = this.hasExemplars ? of.exemplars[index] : undefined;
    out.mark();
    const { statuses } = this.beginSample(series, out, labels);
    const start = out.sinceMark;
    for (let status = 0; status < statuses.length; status += 1) {
      if (status > 0) out.repeat(0, start);
      const exemplar = exemplars?.[series.statusExemplarsAt + status];
      if (exemplar === undefined) out.endSample(statuses[status]!, numbers[from + status]!);
      else endWithExemplar(statuses[status]!, numbers[from + status]!, exemplar, 1, out);
    }
  }

  private beginSample(series: LabelSet, out: TextBuffer, labels: LabelTexts): LineEnds {
    out.writeFragment(this.names.sample);
    return this.writeLabels(series, out, labels);
  }

  private writeHistogram(
    { series, bounds, numbers, at, exemplars }: HistogramSample,
    out: TextBuffer,
    labels: LabelTexts,
  ): void {
    out.mark();
    out.writeFragment(this.names.bucket);
    const nameEnd = out.sinceMark;
    const ends = this.writeLabels(series, out, labels);
    const start = out.sinceMark;
    const bucketEnds = ends.ofBounds(bounds);
    let cumulative = 0;
    for (let bucket = 0; bucket < bucketEnds.length; bucket += 1) {
      cumulative += numbers[at + HISTOGRAM_COLUMNS.buckets + bucket]!;
      if (bucket > 0) out.repeat(0, start);
      const exemplar = this.hasExemplars ? exemplars?.[bucket] : undefined;
      if (exemplar === undefined) out.endSample(bucketEnds[bucket]!, cumulative);
      else endWithExemplar(bucketEnds[bucket]!, cumulative, exemplar, exemplar.durationNs / NS_PER_SECOND, out);
    }
    out.writeFragment(this.names.sum);
    out.repeat(nameEnd, start);
    out.writeFragment(ends.plain);
    out.writeSeconds(numbers[at + HISTOGRAM_COLUMNS.totalNs]!);
    out.endLine();
    out.writeFragment(this.names.count);
    out.repeat(nameEnd, start);
    out.endSample(ends.plain, numbers[at + HISTOGRAM_COLUMNS.count]!);
  }

  /** The series' own labels; how the line may go on. */
  private writeLabels(series: LabelSet, out: TextBuffer, labels: LabelTexts): LineEnds {
    const start = out.sinceMark;
    labels.write(series, out);
    return out.sinceMark === start ? this.bareEnds : this.labelledEnds;
  }
}

function endWithExemplar(
  end: Fragment,
  value: number,
  { traceId, spanId, time }: Exemplar,
  exemplarValue: number,
  out: TextBuffer,
): void {
  const labels = { trace_id: traceId, span_id: spanId };
  out.writeFragment(end);
  out.writeNumber(value);
  out.write(exemplarText({ labels, value: exemplarValue, timestamp: time / 1_000 }));
  out.endLine();
}

/** A scrape's own, of which there are none between two scrapes. */
function keepShapesOfWriting(): void {
  keepShapes(new TextBuffer(new StringSink()), new LabelTexts([]), new SeriesSnapshot([]));
}

keepShapesOfWriting();
