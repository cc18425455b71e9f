import { EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { formatBound, joinLabels } from '../text/exposition-text';
import { PreparedText } from '../text/prepared-text';

/** How lines go on after the labels of their series, up to their value: with what many of them have in common. */
export class LineEnds {
  /** Without a further label. */
  readonly plain: PreparedText;
  /** The text before the value of a sample's own label, and after it. */
  readonly sampleLabelStart: PreparedText;
  readonly afterSampleLabel: PreparedText;
  /** With a status, where that is the sample's own label. */
  readonly statuses: readonly PreparedText[];
  private readonly byBounds = new WeakMap<readonly number[], readonly PreparedText[]>();

  constructor(
    /** The text before a further label: a comma, or the brace where there is none yet. */
    private readonly opening: ',' | '{',
    sampleLabel: string | undefined,
    /** The labels that every series has, as text. */
    private readonly defaults: string,
  ) {
    this.plain = this.end(defaults);
    this.sampleLabelStart = new PreparedText(`${opening}${sampleLabel}="`);
    this.afterSampleLabel = new PreparedText(defaults === '' ? '"} ' : `",${defaults}} `);
    this.statuses = EXECUTION_STATUSES.map((status) => this.end(joinLabels(`${sampleLabel}="${status}"`, defaults)));
  }

  /** With the bounds of a histogram; the last is that of what exceeds them all. */
  ofBounds(bounds: readonly number[]): readonly PreparedText[] {
    let ends = this.byBounds.get(bounds);
    if (ends === undefined) {
      ends = [...bounds, Infinity].map((bound) => this.end(joinLabels(this.defaults, `le="${formatBound(bound)}"`)));
      this.byBounds.set(bounds, ends);
    }
    return ends;
  }

  private end(labels: string): PreparedText {
    if (labels !== '') return new PreparedText(`${this.opening}${labels}} `);
    return new PreparedText(this.opening === '{' ? ' ' : '} ');
  }
}
