import { formatBound, joinLabels, labelPair } from './exposition-text';

/** How lines go on after the labels of their series, up to their value: with what many of them have in common. */
export class LineEnds {
  /** Without a further label. */
  readonly plain: Uint8Array;
  private readonly byLastLabel = new Map<string, Uint8Array>();
  private readonly byBounds = new Map<readonly number[], readonly Uint8Array[]>();

  constructor(
    /** What stands before a further label: a comma, or the brace where there is none yet. */
    private readonly opening: ',' | '{',
    private readonly lastLabel: string | undefined,
    /** The labels that every series has, as text. */
    private readonly defaults: string,
  ) {
    this.plain = this.end(defaults);
  }

  /** With the last label of the family. */
  ofLastLabel(value: string): Uint8Array {
    let end = this.byLastLabel.get(value);
    if (end === undefined) {
      end = this.end(joinLabels(labelPair(this.lastLabel!, value), this.defaults));
      this.byLastLabel.set(value, end);
    }
    return end;
  }

  /** With the bounds of a histogram; the last is that of what exceeds them all. */
  ofBounds(bounds: readonly number[]): readonly Uint8Array[] {
    let ends = this.byBounds.get(bounds);
    if (ends === undefined) {
      ends = [...bounds, Infinity].map((bound) => this.end(joinLabels(this.defaults, `le="${formatBound(bound)}"`)));
      this.byBounds.set(bounds, ends);
    }
    return ends;
  }

  private end(labels: string): Uint8Array {
    if (labels !== '') return Buffer.from(`${this.opening}${labels}} `);
    return Buffer.from(this.opening === '{' ? ' ' : '} ');
  }
}
