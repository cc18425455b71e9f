import { BILLION, HISTOGRAM_COLUMNS } from '../../collection/series/histogram';
import { SERIES_COLUMNS } from '../../collection/series/series-rows';
import type { LabelSet } from '../../collection/series/label-set';
import type { Exemplar } from '../../collection/series/exemplar';
import type { FamilyContent, FamilySink } from '../families/family-content';
import type { HistogramReading, SeriesReading } from '../families/series-reading';
import type { PreparedText } from '../text/prepared-text';
import type { TextBuffer } from '../text/text-buffer';
import { exemplarText } from './exposition';
import type { FamilyLines } from './family-lines';
import { writeLabelValue, type LabelTexts } from './label-texts';
import type { LineEnds } from './line-ends';

/** Some ten thousand bytes at the most. */
const PARTS_PER_STEP = 32;

/** Writes one family in one scrape. */
export class FamilyWriter implements FamilySink {
  constructor(
    private readonly lines: FamilyLines,
    private readonly labels: LabelTexts,
    private readonly out: TextBuffer,
  ) {}

  /** In steps that are small enough to let others run in between. */
  *write(content: FamilyContent): Generator<void> {
    this.out.write(this.lines.header);
    this.labels.rewind();
    for (let part = 0; part < content.length; part += 1) {
      content.visit(part, this);
      this.out.handOver();
      if (part % PARTS_PER_STEP === 0) yield;
    }
  }

  gauge(series: LabelSet, value: number): void {
    this.out.writePrepared(this.lines.names.sample);
    this.out.endSample(this.writeLabels(series).plain, value);
  }

  counter(series: LabelSet, value: number, born: number, label?: string): void {
    const { out } = this;
    out.mark();
    out.writePrepared(this.lines.names.sample);
    const nameEnd = out.sinceMark;
    const ends = this.writeLabels(series);
    if (label !== undefined) {
      out.writePrepared(ends.sampleLabelStart);
      writeLabelValue(label, out);
    }
    const end = label === undefined ? ends.plain : ends.afterSampleLabel;
    const labelsEnd = out.sinceMark;
    out.endSample(end, value);
    if (this.lines.hasMore) this.writeCreated(nameEnd, labelsEnd, end, born);
  }

  statuses({ series, born, numbers, at, exemplars }: SeriesReading): void {
    const { out } = this;
    const counts = at + SERIES_COLUMNS.statuses;
    out.mark();
    out.writePrepared(this.lines.names.sample);
    const nameEnd = out.sinceMark;
    const { statuses: ends } = this.writeLabels(series);
    const start = out.sinceMark;
    for (let status = 0; status < ends.length; status += 1) {
      if (status > 0) out.repeat(0, start);
      this.endCount(ends[status]!, numbers[counts + status]!, exemplars?.[series.statusExemplarsAt + status], 1);
      if (this.lines.hasMore) this.writeCreated(nameEnd, start, ends[status]!, born);
    }
  }

  histogram({ series, bounds, born, numbers, at, exemplars }: HistogramReading): void {
    const { out } = this;
    const { names } = this.lines;
    out.mark();
    out.writePrepared(names.bucket);
    const nameEnd = out.sinceMark;
    const ends = this.writeLabels(series);
    const start = out.sinceMark;
    const bucketEnds = ends.ofBounds(bounds);
    let cumulative = 0;
    for (let bucket = 0; bucket < bucketEnds.length; bucket += 1) {
      cumulative += numbers[at + HISTOGRAM_COLUMNS.buckets + bucket]!;
      if (bucket > 0) out.repeat(0, start);
      const exemplar = exemplars?.[bucket];
      this.endCount(bucketEnds[bucket]!, cumulative, exemplar, (exemplar?.observed ?? 0) / BILLION);
    }
    out.writePrepared(names.sum);
    out.repeat(nameEnd, start);
    out.writePrepared(ends.plain);
    out.writeBillionths(numbers[at + HISTOGRAM_COLUMNS.total]!);
    out.endLine();
    out.writePrepared(names.count);
    out.repeat(nameEnd, start);
    out.endSample(ends.plain, numbers[at + HISTOGRAM_COLUMNS.count]!);
    if (this.lines.hasMore) this.writeCreated(nameEnd, start, ends.plain, born);
  }

  /** A line that says since when something counts. Its labels are the bytes between two places after the mark. */
  private writeCreated(labelsStart: number, labelsEnd: number, end: PreparedText, born: number): void {
    const { out } = this;
    out.writePrepared(this.lines.names.created);
    out.repeat(labelsStart, labelsEnd);
    out.writePrepared(end);
    out.writeTime(born);
    out.endLine();
  }

  /** The series' own labels; how the line may go on. */
  private writeLabels(series: LabelSet): LineEnds {
    const { out, lines } = this;
    const start = out.sinceMark;
    this.labels.write(series, out);
    return out.sinceMark === start ? lines.bareEnds : lines.labelledEnds;
  }

  /** The rest of a line that may carry an exemplar. */
  private endCount(end: PreparedText, count: number, exemplar: Exemplar | undefined, exemplarValue: number): void {
    const { out } = this;
    if (exemplar === undefined || !this.lines.hasMore) return out.endSample(end, count);
    const { traceId, spanId, time } = exemplar;
    const labels = { trace_id: traceId, span_id: spanId };
    out.writePrepared(end);
    out.writeNumber(count);
    out.write(exemplarText({ labels, value: exemplarValue, timestamp: time / 1_000 }));
    out.endLine();
  }
}
