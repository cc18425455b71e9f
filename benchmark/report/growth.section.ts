import type { Figures } from '../harness/compare';
import { rangeOf } from '../harness/statistics';
import { formatCount, formatFigure, type Unit } from './figures';
import { markdownTable } from './markdown-table';
import type { Section } from './section';
import type { Verdict } from './verdict';

/** What each contestant needs at each of some sizes. */
export interface Growth {
  readonly title: string;
  readonly explanation: string;
  readonly xTitle: string;
  readonly unit: Unit;
  /** By size, ascending. */
  readonly figures: ReadonlyMap<number, Figures>;
  readonly verdict: Verdict;
  readonly limit?: string;
}

/** A table and a plot of how costs grow. */
export function growthSection({ title, explanation, xTitle, unit, figures, verdict, limit }: Growth): Section {
  const sizes = [...figures.keys()];
  const labels = [...figures.get(sizes[0]!)!.keys()];
  const at = (size: number, label: string) => rangeOf(figures.get(size)!.get(label)!).median;
  const rows = sizes.map((size) => [formatCount(size), ...labels.map((label) => formatFigure(at(size, label), unit))]);
  const lines = labels.map((label) => ({ label, points: sizes.map((size) => [size, at(size, label)] as const) }));
  return {
    title,
    explanation,
    table: markdownTable([xTitle, ...labels], rows),
    plots: [{ title, xTitle, yTitle: unit, lines }],
    verdicts: [verdict],
    limit,
  };
}
