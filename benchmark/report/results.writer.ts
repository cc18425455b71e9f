import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { markdownTable } from './markdown-table';
import type { Section } from './section';
import { drawPlots } from './svg-plot';

const FOLDER = join(__dirname, '..');
const PACKAGES = [
  'nestjs-agent-metrics',
  '@nestjs/core',
  'prom-client',
  '@willsoto/nestjs-prometheus',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/exporter-prometheus',
  'nestjs-otel',
  'autocannon',
];

/** Every target, with what was measured. */
export function verdictTable(sections: readonly Section[]): string {
  const rows = sections
    .flatMap(({ verdicts = [] }) => verdicts)
    .map(({ what, against, measured, target, isMet }) => [what, against, measured, target, isMet ? 'yes' : '**no**']);
  return markdownTable(['ours', 'against', 'measured', 'target', 'met'], rows);
}

function bottomLine(sections: readonly Section[]): string {
  const verdicts = sections.flatMap(({ verdicts = [] }) => verdicts);
  const met = verdicts.filter(({ isMet }) => isMet).length;
  return `${met} of ${verdicts.length} targets are met. A ratio of 1/10 is a tenth of the other's cost.`;
}

const require = createRequire(__filename);

function versionOf(name: string): string {
  const paths = require.resolve.paths(name) ?? [];
  const own = name === 'nestjs-agent-metrics' ? [join(FOLDER, '..')] : paths.map((path) => join(path, name));
  for (const folder of own) {
    try {
      return (require(join(folder, 'package.json')) as { version: string }).version;
    } catch {
      continue;
    }
  }
  throw new Error(`${name} is not installed.`);
}

function machineTable(): string {
  const processors = cpus();
  const rows = [
    ['processor', `${processors[0]!.model.trim()}, ${processors.length} cores`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${process.platform} ${process.arch}`],
    ['Node', process.version],
    ...PACKAGES.map((name) => [name, versionOf(name)]),
  ];
  return markdownTable(['', ''], rows);
}

const HOW = `Each contestant runs in a process of its own; first all do a little of the same work, and where their numbers
differ nothing is timed. Rounds are interleaved, and each begins with another contestant. Where calls, records and texts are
timed, each makes a full collection before its round and then works for a while unmeasured, because V8 gives its pages back and
looks for its code again after one. A ratio is the median of the ratios of the rounds. "Spread" is the median deviation from the median. Costs are the processor's time of the
whole process, the garbage collector's threads included; blocks of the event loop and the figures under load are clock time. At the end each
contestant that counts must have counted everything that it was given.`;

const REPEAT = `\`\`\`console
npm ci
npm run bench                                            # everything, and this page anew
npm run bench -- --quick                                 # in one or two minutes, only to the terminal
npm run bench -- --only call --only scrape               # some of it
npm run bench -- --soak --minutes 10                     # at full speed with changing names
npx -p node@24 npm run bench -- --page RESULTS-node-24   # on another Node, to a page of its own (with --only, a part)
\`\`\``;

function chapter({ title, explanation, table, limit, verdicts = [] }: Section): string {
  const parts = [`## ${title}`, explanation, table];
  if (limit !== undefined && verdicts.some(({ isMet }) => !isMet)) parts.push(`**The limit.** ${limit}`);
  return parts.join('\n\n');
}

/** The page, `RESULTS` for example, and its picture beside it. */
export async function writeResults(name: string, sections: readonly Section[]): Promise<void> {
  const plots = sections.flatMap((section) => section.plots ?? []);
  const page = [
    '# Benchmark',
    '<!-- Written by `npm run bench`. -->',
    bottomLine(sections),
    verdictTable(sections),
    ...(plots.length === 0 ? [] : [`![How costs grow](${name}.svg)`]),
    ...sections.map(chapter),
    `## How it is measured\n\n${HOW}`,
    `## Repeat it\n\n${REPEAT}`,
    `## Machine and versions\n\n${machineTable()}`,
  ];
  const markdown = await format(page.join('\n\n'), { parser: 'markdown', printWidth: 120 });
  writeFileSync(join(FOLDER, `${name}.md`), markdown);
  if (plots.length > 0) writeFileSync(join(FOLDER, `${name}.svg`), drawPlots(plots));
}
