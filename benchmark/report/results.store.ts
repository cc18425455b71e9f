import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { NODE_MAJOR } from '../harness/node-version';
import { describeMachine } from './machine';
import { writeNodePage } from './node.page';
import { writeOverview } from './overview.page';
import { sectionsOf, type Results } from './results';
import type { Section } from './section';
import { drawPlots } from './svg-plot';

const BENCHMARK = join(__dirname, '..');
const FOLDER = join(BENCHMARK, 'results');

const fileOf = (node: number, ending: string) => join(FOLDER, `node-${node}.${ending}`);

function readResults(node: number): Results | undefined {
  const file = fileOf(node, 'json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
}

function allResults(): Results[] {
  const nodes = readdirSync(FOLDER).flatMap((name) => /^node-(\d+)\.json$/.exec(name)?.slice(1).map(Number) ?? []);
  return nodes.sort((a, b) => a - b).map((node) => readResults(node)!);
}

/** Writes the page of this version of Node again. These sections replace what the suite measured before. */
export async function saveResults(suite: string, sections: readonly Section[], order: readonly string[]) {
  const all = { ...readResults(NODE_MAJOR)?.suites, [suite]: sections };
  const suites = Object.fromEntries(order.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
  const results: Results = { node: NODE_MAJOR, machine: describeMachine(), suites };
  writeFileSync(fileOf(NODE_MAJOR, 'json'), await format(JSON.stringify(results), { parser: 'json', printWidth: 120 }));
  await writeMarkdown(fileOf(NODE_MAJOR, 'md'), writeNodePage(results));
  const plots = sectionsOf(results).flatMap((section) => section.plots ?? []);
  if (plots.length > 0) writeFileSync(fileOf(NODE_MAJOR, 'svg'), drawPlots(plots));
  await writeMarkdown(join(BENCHMARK, 'RESULTS.md'), writeOverview(allResults()));
}

async function writeMarkdown(file: string, markdown: string): Promise<void> {
  writeFileSync(file, await format(markdown, { parser: 'markdown', printWidth: 120 }));
}
