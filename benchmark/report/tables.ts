import { median, spread } from '../harness/statistics';
import type { Result, Target } from '../suites/suite';
import { formatFigure, formatRatio } from './figures';
import { judge, ratioOf } from './verdict';

/** A table of Markdown, padded so that it reads as well in a terminal. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Everybody in a result, beside the first, which is ours. */
export function resultTable(result: Result): string {
  const [ours] = result.figures.keys();
  const rows = [...result.figures].map(([label, figures]) => [
    label,
    formatFigure(median(figures), result.unit),
    `± ${Math.round(spread(figures) * 100)} %`,
    label === ours ? '' : formatRatio(ratioOf(result, ours!, label)),
  ]);
  return markdownTable(['', 'median', 'spread', 'ours is'], rows);
}

function limitOf({ atMost, atLeast }: Target): string {
  return atMost === undefined ? `>= ${formatRatio(atLeast!)}` : `<= ${formatRatio(atMost)}`;
}

/** All targets of all results. */
export function verdictTable(results: readonly Result[]): string {
  const verdicts = results.flatMap(judge);
  const rows = verdicts.map(({ target, ratio, isMet }) => [
    target.what,
    target.peer,
    formatRatio(ratio),
    limitOf(target),
    isMet ? 'yes' : 'no',
  ]);
  return markdownTable(['ours', 'against', 'measured', 'target', 'met'], rows);
}
