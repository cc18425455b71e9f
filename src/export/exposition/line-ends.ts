import { EXECUTION_STATUSES } from '../../collection/executions/execution-status';
import { formatBound, joinLabels } from '../text/exposition-text';
import { Fragment } from '../text/fragment';

/** How lines go on after the labels of their series, up to their value: with what many of them have in common. */
export class LineEnds {
  /** Without a further label. */
  readonly plain: Fragment;
  /** What stands before the value of a sample's own label, and after it. */
  readonly sampleLabelStart: Fragment;
  readonly afterSampleLabel: Fragment;
  /** With a status, where that is the sample's own label. */
  readonly statuses: readonly Fragment[];
  private readonly byBounds = new WeakMap<readonly number[], readonly Fragment[]>();

  constructor(
    /** What stands before a further label: a comma, or the brace where there is none yet. */
    private readonly opening: ',' | '{',
    sampleLabel: string | undefined,
    /** The labels that every series has, as text. */
    private readonly defaults: string,
  ) {
    this.plain = this.end(defaults);
    this.sampleLabelStart = new Fragment(`${opening}${sampleLabel}="`);
    this.afterSampleLabel = new Fragment(defaults === '' ? '"} ' : `",${defaults}} `);
    this.statuses = EXECUTION_STATUSES.map((status) => this.end(joinLabels(`${sampleLabel}="${status}"`, defaults)));
  }

  /** With the bounds of a histogram; the last is that of what exceeds them all. */
  ofBounds(bounds: readonly number[]): readonly Fragment[] {
    let ends = this.byBounds.get(bounds);
    if (ends === undefined) {
      ends = [...bounds, Infinity].map((bound) => this.end(joinLabels(this.defaults, `le="${formatBound(bound)}"`)));
      this.byBounds.set(bounds, ends);
    }
    return ends;
  }

  private end(labels: string): Fragment {
    if (labels !== '') return new Fragment(`${this.opening}${labels}} `);
    return new Fragment(this.opening === '{' ? ' ' : '} ');
  }
}
