import type { FamilyDescription } from '../families/metric-families';
import { labelText } from '../text/exposition-text';
import { PreparedText } from '../text/prepared-text';
import { commonLabels, exposedFamily, writeHeader, type ExpositionOptions } from './exposition';
import { LineEnds } from './line-ends';

/** What the lines of one family have in common, in one format: made once, for all scrapes. */
export class FamilyLines {
  readonly header: string;
  readonly names: Readonly<Record<'sample' | 'bucket' | 'sum' | 'count' | 'created', PreparedText>>;
  /** The text before the value of each label of a series. */
  readonly labelStarts: readonly PreparedText[];
  /** How lines go on after the labels of a series, and where it has none. */
  readonly labelledEnds: LineEnds;
  readonly bareEnds: LineEnds;
  /** Exemplars, and when counters and histograms were born. */
  readonly hasMore: boolean;

  constructor(family: FamilyDescription, options: ExpositionOptions) {
    const { prefix, format } = options;
    const { type, help, labels, sampleLabel } = family;
    const name = `${prefix}_${family.name}`;
    this.header = writeHeader({ name, type, help }, format);
    this.names = {
      sample: new PreparedText(name),
      bucket: new PreparedText(`${name}_bucket`),
      sum: new PreparedText(`${name}_sum`),
      count: new PreparedText(`${name}_count`),
      created: new PreparedText(`${exposedFamily(name, type, format).name}_created`),
    };
    this.labelStarts = labels.map((label, index) => new PreparedText(`${index === 0 ? '{' : '",'}${label}="`));
    const common = commonLabels(options);
    const defaults = labelText(Object.keys(common), Object.values(common));
    this.labelledEnds = new LineEnds(',', sampleLabel, defaults);
    this.bareEnds = new LineEnds('{', sampleLabel, defaults);
    this.hasMore = format === 'openmetrics';
  }
}
