import type { LabelSet } from '../../collection/series/label-set';
import { escapeLabelValue } from '../text/exposition-text';
import { PreparedText } from '../text/prepared-text';
import { TextBuffer } from '../text/text-buffer';

const FIRST_BYTES = 1_024;
const QUOTE = new PreparedText('"');

/**
 * The labels of the series of one kind, as they follow the name of a family. Most families of a
 * kind have the same series in the same order, so that what the first of them has written is copied by the others: without
 * it a scrape takes 1.15 times as long. Families that have only some of the series write theirs anew from the first one on
 * that they leave out.
 */
export class LabelTexts {
  private readonly series: LabelSet[] = [];
  private readonly ends: number[] = [];
  private readonly text = new TextBuffer({
    pieceBytes: Infinity,
    room: () => Buffer.allocUnsafe(FIRST_BYTES),
    take: () => {},
  });
  private next = 0;

  /** @param starts the text before the value of each label */
  constructor(private readonly starts: readonly PreparedText[]) {}

  /** Another family begins. */
  rewind(): void {
    this.next = 0;
  }

  /** Writes the labels of the next series, or once more those of the last one, which may have several samples. */
  write(series: LabelSet, out: TextBuffer): void {
    const place = this.placeOf(series);
    if (place === undefined) return this.writeAnew(series, out);
    out.writeFrom(this.text, place === 0 ? 0 : this.ends[place - 1]!, this.ends[place]!);
  }

  /** Undefined where it is not the next one: some families have only some of the series. */
  private placeOf(series: LabelSet): number | undefined {
    const { next } = this;
    if (next > 0 && this.series[next - 1] === series) return next - 1;
    if (next === this.series.length) this.remember(series);
    if (this.series[next] !== series) return undefined;
    this.next = next + 1;
    return next;
  }

  private remember(series: LabelSet): void {
    this.writeAnew(series, this.text);
    this.series.push(series);
    this.ends.push(this.text.length);
  }

  private writeAnew({ labels }: LabelSet, out: TextBuffer): void {
    if (labels.length === 0) return;
    for (let index = 0; index < labels.length; index += 1) {
      out.writePrepared(this.starts[index]!);
      writeLabelValue(labels[index]!, out);
    }
    out.writePrepared(QUOTE);
  }
}

export function writeLabelValue(value: string, out: TextBuffer): void {
  if (!out.writePlain(value)) out.write(escapeLabelValue(value));
}
