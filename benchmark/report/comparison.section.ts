import type { Figures } from '../harness/compare';
import { byRound, median, spread } from '../harness/statistics';
import { formatFigure, formatRatio, type Unit } from './figures';
import { markdownTable } from './markdown-table';
import type { Section } from './section';
import type { Target, Verdict } from './verdict';

/** Contestants beside each other; the first is ours. */
export interface ComparedFigures {
  readonly title: string;
  readonly explanation: string;
  readonly unit: Unit;
  readonly figures: Figures;
  readonly targets: readonly Target[];
  readonly limit?: string;
}

export function comparisonSection({ unit, figures, targets, ...described }: ComparedFigures): Section {
  return {
    ...described,
    table: comparisonTable(figures, unit),
    verdicts: targets.map((target) => judge(figures, target)),
  };
}

/** Ours over another's, round by round; the median. */
export function ratioOf(figures: Figures, ours: string, peer: string): number {
  return median(byRound(figures.get(ours)!, figures.get(peer)!, (one, other) => one / other));
}

function comparisonTable(figures: Figures, unit: Unit): string {
  const [ours] = figures.keys();
  const rows = [...figures].map(([label, own]) => [
    label,
    formatFigure(median(own), unit),
    `± ${Math.round(spread(own) * 100)} %`,
    label === ours ? '' : formatRatio(ratioOf(figures, ours!, label)),
  ]);
  return markdownTable(['', 'median', 'spread', 'ours is'], rows);
}

export function judge(figures: Figures, target: Target): Verdict {
  const { what, ours, peer, atMost, atLeast } = target;
  const ratio = ratioOf(figures, ours, peer);
  return {
    what,
    against: peer,
    measured: formatRatio(ratio),
    target: atMost === undefined ? `>= ${formatRatio(atLeast!)}` : `<= ${formatRatio(atMost)}`,
    isMet: ratio <= (atMost ?? Infinity) && ratio >= (atLeast ?? 0),
  };
}
