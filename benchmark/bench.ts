import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Section } from './report/section';
import { writeResults, verdictTable } from './report/results.writer';
import { allocationSuite } from './suites/allocation.suite';
import { callSuite } from './suites/call.suite';
import { growthSuite } from './suites/growth.suite';
import { httpSuite } from './suites/http.suite';
import { layersSuite } from './suites/layers.suite';
import { loadSuite } from './suites/load.suite';
import { memorySuite } from './suites/memory.suite';
import { recordSuite } from './suites/record.suite';
import { roadSuite } from './suites/road.suite';
import { scrapeSuite } from './suites/scrape.suite';
import { startSuite } from './suites/start.suite';
import type { Suite, Thoroughness } from './suites/suite';

const SUITES: readonly Suite[] = [
  recordSuite,
  callSuite,
  roadSuite,
  allocationSuite,
  memorySuite,
  scrapeSuite,
  httpSuite,
  startSuite,
  growthSuite,
  layersSuite,
  loadSuite,
];

const THOROUGH: Thoroughness = { warmUpMs: 1_500, roundMs: 200, rounds: 15, isQuick: false };
const QUICK: Thoroughness = { warmUpMs: 300, roundMs: 30, rounds: 5, isQuick: true };

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    page: { type: 'string' },
    soak: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
  },
});

function chooseSuites(only: readonly string[]): readonly Suite[] {
  const unknown = only.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown === undefined) {
    const isWanted = ({ name, isLong = false }: Suite) =>
      only.length === 0 ? !(isLong && flags.quick) : only.includes(name);
    return SUITES.filter(isWanted);
  }
  throw new RangeError(`Unknown suite "${unknown}": use ${SUITES.map(({ name }) => name).join(', ')}.`);
}

async function compareAll(): Promise<void> {
  const sections: Section[] = [];
  for (const suite of chooseSuites(flags.only)) {
    for (const section of await suite.run(flags.quick ? QUICK : THOROUGH)) {
      sections.push(section);
      console.log(`\n${section.title}\n\n${section.table}`);
      if (flags.only.length > 0 && section.detail !== undefined) console.log(`\n${section.detail}`);
    }
  }
  console.log(`\n${verdictTable(sections)}`);
  // Quick results are no results for a page, and a part does not replace the whole unless somebody says so.
  const page = flags.quick ? undefined : (flags.page ?? (flags.only.length === 0 ? 'RESULTS' : undefined));
  if (page !== undefined) await writeResults(page, sections);
}

/** In a process of its own, since it looks at what is left in it. */
async function soak(): Promise<void> {
  const program = fork(join(__dirname, 'soak', 'soak.ts'), [flags.minutes], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  [process.exitCode] = (await once(program, 'exit')) as [number];
}

void (flags.soak ? soak() : compareAll());
