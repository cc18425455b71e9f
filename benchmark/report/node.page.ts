import { markdownTable } from './markdown-table';
import { sectionsOf, type Results } from './results';
import type { Section } from './section';
import { verdictText } from './verdict';

/** Every target, with what was measured. */
export function verdictTable(sections: readonly Section[]): string {
  const rows = sections
    .flatMap(({ verdicts = [] }) => verdicts)
    .map((verdict) => [verdict.what, verdict.against, verdict.measured, verdict.target, verdictText(verdict)]);
  return markdownTable(['ours', 'against', 'measured', 'target', 'met'], rows);
}

/** How many of the targets are met. */
export function bottomLine(sections: readonly Section[]): string {
  const verdicts = sections.flatMap(({ verdicts = [] }) => verdicts);
  const met = verdicts.filter(({ isMet }) => isMet).length;
  return `${met} of ${verdicts.length} targets are met`;
}

function chapter({ title, explanation, table, limit, verdicts = [] }: Section): string {
  const parts = [`## ${title}`, explanation, table];
  if (limit !== undefined && verdicts.some(({ isMet }) => !isMet)) parts.push(`**The limit.** ${limit}`);
  return parts.join('\n\n');
}

/** The page of one version of Node, in Markdown. */
export function writeNodePage(results: Results): string {
  const sections = sectionsOf(results);
  const hasPlots = sections.some(({ plots = [] }) => plots.length > 0);
  return [
    `# Benchmark on Node ${results.node}`,
    '<!-- Written by `npm run bench`. -->',
    `${bottomLine(sections)}. A ratio of 1/10 is a tenth of the other's cost. The brackets hold the lowest and the highest figure ` +
      'of the processes. [How it is measured](../RESULTS.md#how-it-is-measured).',
    verdictTable(sections),
    ...(hasPlots ? [`![How costs grow](node-${results.node}.svg)`] : []),
    ...sections.map(chapter),
    `## Machine and versions\n\n${markdownTable(['', ''], results.machine)}`,
  ].join('\n\n');
}
