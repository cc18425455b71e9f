import type { Figures } from '../harness/compare';
import { percentile, rangeOf, ratioOf, type Range, type Samples } from '../harness/statistics';
import { formatFigure, formatRatio, type Unit } from './figures';
import { markdownTable } from './markdown-table';
import type { Section } from './section';
import { formatRange, judge, type Judged, type Verdict } from './verdict';

/** What `ours` may be of `peer`: a fraction of its cost at most, or of its throughput at least. */
export interface Target extends Pick<Judged, 'what' | 'atMost' | 'atLeast'> {
  readonly ours: string;
  readonly peer: string;
}

/** The share of the rounds below what a quiet machine would measure. */
const QUIET: Readonly<Record<Unit, number>> = { ns: 0.2, bytes: 0.2, ms: 0.2, 'requests/s': 0.8 };

/** Contestants beside each other; the first is ours. */
export interface ComparedFigures {
  readonly title: string;
  readonly explanation: string;
  readonly unit: Unit;
  readonly figures: Figures;
  readonly targets?: readonly Target[];
  /** Other verdicts than ratios. */
  readonly verdicts?: readonly Verdict[];
  readonly limit?: string;
}

export function comparisonSection(compared: ComparedFigures): Section {
  const { unit, figures, targets = [], verdicts = [], ...described } = compared;
  return {
    ...described,
    table: comparisonTable(figures, unit),
    verdicts: [...targets.map((target) => judgeRatio(figures, target)), ...verdicts],
  };
}

function judgeRatio(figures: Figures, { ours, peer, ...target }: Target): Verdict {
  const measured = ratioOf(figures.get(ours)!, figures.get(peer)!);
  return judge({ ...target, against: peer, measured, format: formatRatio });
}

function comparisonTable(figures: Figures, unit: Unit): string {
  const [ours] = figures.values();
  const rows = [...figures].map(([label, own]) => [
    label,
    formatFigure(rangeOf(own).median, unit),
    formatFigure(percentile(own.flat(), QUIET[unit]), unit),
    spreadText(rangeOf(own), unit),
    own === ours ? '' : ratioText(ours!, own),
  ]);
  return markdownTable(['', 'median', 'best fifth', 'processes', 'ours is'], rows);
}

const spreadText = ({ least, most }: Range, unit: Unit) =>
  least === most ? '' : `${formatFigure(least, unit)} to ${formatFigure(most, unit)}`;

/** A ratio that some processes see below one and some above is no difference. */
function ratioText(ours: Samples, other: Samples): string {
  const ratio = ratioOf(ours, other);
  const isDifference = ratio.least > 1 || ratio.most < 1;
  return isDifference ? formatRange(ratio, formatRatio) : 'the same, within the spread';
}
