import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Section } from './report/section';
import { verdictTable } from './report/node.page';
import { saveResults } from './report/results.store';
import { adaptersSuite } from './suites/adapters.suite';
import { allocationSuite } from './suites/allocation.suite';
import { blocksSuite } from './suites/blocks.suite';
import { callSuite } from './suites/call.suite';
import { firstScrapesSuite } from './suites/first-scrapes.suite';
import { growthSuite } from './suites/growth.suite';
import { httpSuite } from './suites/http.suite';
import { layersSuite } from './suites/layers.suite';
import { limitsSuite } from './suites/limits.suite';
import { loadSuite } from './suites/load.suite';
import { loadedCallSuite } from './suites/loaded-call.suite';
import { machineSuite } from './suites/machine.suite';
import { memorySuite } from './suites/memory.suite';
import { recordSuite } from './suites/record.suite';
import { requireSuite } from './suites/require.suite';
import { roadSuite } from './suites/road.suite';
import { scrapeSuite } from './suites/scrape.suite';
import { startSuite } from './suites/start.suite';
import type { Suite, Thoroughness } from './suites/suite';

const SUITES: readonly Suite[] = [
  recordSuite,
  callSuite,
  adaptersSuite,
  loadedCallSuite,
  httpSuite,
  limitsSuite,
  allocationSuite,
  memorySuite,
  scrapeSuite,
  firstScrapesSuite,
  blocksSuite,
  requireSuite,
  machineSuite,
  startSuite,
  roadSuite,
  growthSuite,
  layersSuite,
  loadSuite,
];

const SUITE_NAMES = SUITES.map(({ name }) => name);

const THOROUGH: Thoroughness = { processes: 6, warmUpMs: 600, roundMs: 100, rounds: 3, isQuick: false };
const QUICK: Thoroughness = { processes: 2, warmUpMs: 300, roundMs: 30, rounds: 3, isQuick: true };

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    save: { type: 'boolean', default: false },
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
  // Quick results are too rough for a page, and a part replaces its part only where the flag asks for it.
  const isForPage = !flags.quick && (flags.save || flags.only.length === 0);
  const sections: Section[] = [];
  for (const suite of chooseSuites(flags.only)) {
    const measured = await suite.run(flags.quick ? QUICK : THOROUGH);
    for (const section of measured) print(section);
    sections.push(...measured);
    if (isForPage) await saveResults(suite.name, measured, SUITE_NAMES);
  }
  console.log(`\n${verdictTable(sections)}`);
}

function print({ title, table, detail }: Section): void {
  console.log(`
${title}

${table}`);
  if (flags.only.length > 0 && detail !== undefined)
    console.log(`
${detail}`);
}

/** In a process of its own, since it looks at what is left in it. */
async function soak(): Promise<void> {
  const program = fork(join(__dirname, 'soak', 'soak.ts'), [flags.minutes], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  [process.exitCode] = (await once(program, 'exit')) as [number];
}

void (flags.soak ? soak() : compareAll());
