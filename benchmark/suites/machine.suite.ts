import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rangeOf } from '../harness/statistics';
import { scrapeMs, WorkerGroup, type Scrape } from '../harness/worker-group';
import { comparisonSection } from '../report/comparison.section';
import { formatFigure } from '../report/figures';
import type { Section } from '../report/section';
import { judge } from '../report/verdict';
import type { Suite } from './suite';

const WORKERS = 4;
const PAIRS = 1_000;
const TOGETHER = `${WORKERS} workers, one scrape of all`;
const ONE_BY_ONE = `${WORKERS} processes, a scrape of each`;
const ONE = 'one process';
/** Both sides write as much text; the machine sends three quarters of it twice, and writes the label \`worker\`. */
const MOST_OF_ONE_BY_ONE = 1.5;
const BLOCK_LIMIT_MS = 10;
/** Scrapes of each process before the first that is measured. */
const WARM_UP = 10;

const LIMIT =
  'The workers write their parts at the same time, but a machine with two cores has no more than two of them at work, and ' +
  'the one that is asked reads three parts before it writes the whole.';
const BLOCK_LIMIT =
  'By the clock, as an event loop sees it: a processor that works for another process counts as a block, and so does a ' +
  'collection. Read "best fifth" on a busy machine.';

/** What one set of processes has measured, round by round. */
interface MachineFigures {
  readonly together: number[];
  readonly oneByOne: number[];
  readonly one: number[];
  readonly togetherBlock: number[];
  readonly oneBlock: number[];
  readonly restart: Scrape[];
}

type Use<Result> = (machine: WorkerGroup, own: WorkerGroup) => Promise<Result>;

/** As many processes that know each other as ones that do not. */
async function withBoth<Result>(use: Use<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const groups: WorkerGroup[] = [];
  try {
    groups.push(await WorkerGroup.start(WORKERS, { processes: { application: 'bench', directory } }, PAIRS));
    groups.push(await WorkerGroup.start(WORKERS, {}, PAIRS));
    const result = await use(groups[0]!, groups[1]!);
    for (const group of groups) await group.close();
    return result;
  } finally {
    for (const group of groups) group.stop();
    rmSync(directory, { recursive: true });
  }
}

async function scrapeEach(urls: readonly string[]): Promise<number[]> {
  const eachMs: number[] = [];
  for (const url of urls) eachMs.push(await scrapeMs(url));
  return eachMs;
}

const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0);

async function measureOnce(machine: WorkerGroup, own: WorkerGroup, rounds: number): Promise<MachineFigures> {
  for (const group of [machine, own]) for (let i = 0; i < WARM_UP; i += 1) await scrapeEach(group.urls);
  const figures: MachineFigures = { together: [], oneByOne: [], one: [], togetherBlock: [], oneBlock: [], restart: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const group of [machine, own]) await group.record();
    const url = machine.urls[round % WORKERS]!;
    figures.togetherBlock.push(await machine.blockMsOf(async () => figures.together.push(await scrapeMs(url))));
    figures.oneBlock.push(
      await own.blockMsOf(async () => {
        const eachMs = await scrapeEach(own.urls);
        figures.oneByOne.push(sum(eachMs));
        figures.one.push(sum(eachMs) / WORKERS);
      }),
    );
  }
  figures.restart.push(...(await machine.replaceAll()));
  return figures;
}

function scrapeSection(sets: readonly MachineFigures[]): Section {
  return comparisonSection({
    title: `A scrape of a machine, ${WORKERS} workers of 1,000 pairs`,
    explanation:
      '`GET /metrics` by the clock, over a connection that is kept; each pair has counted something since the last one. One ' +
      'answer of the machine has as many samples as those of the single processes together.',
    unit: 'ms',
    figures: new Map([
      [TOGETHER, sets.map(({ together }) => together)],
      [ONE_BY_ONE, sets.map(({ oneByOne }) => oneByOne)],
      [ONE, sets.map(({ one }) => one)],
    ]),
    targets: [
      { what: `scrape of a machine, ${WORKERS} workers`, ours: TOGETHER, peer: ONE_BY_ONE, atMost: MOST_OF_ONE_BY_ONE },
    ],
    limit: LIMIT,
  });
}

function blockSection(sets: readonly MachineFigures[]): Section {
  const together = sets.map(({ togetherBlock }) => togetherBlock);
  const verdict = judge({
    what: `longest block of a worker's event loop, ${WORKERS} workers scraped as one`,
    against: 'itself',
    measured: rangeOf(together),
    atMost: BLOCK_LIMIT_MS,
    format: (ms) => formatFigure(ms, 'ms'),
  });
  return comparisonSection({
    title: 'The longest block of the event loop of a worker during a scrape of the machine',
    explanation: 'The longest of all processes; a millisecond of it is the interval at which it is looked at.',
    unit: 'ms',
    figures: new Map([
      [TOGETHER, together],
      [ONE_BY_ONE, sets.map(({ oneBlock }) => oneBlock)],
    ]),
    verdicts: [verdict],
    limit: BLOCK_LIMIT,
  });
}

function restartSection(sets: readonly MachineFigures[]): Section {
  const scrapes = sets.flatMap(({ restart }) => restart);
  const missed = scrapes.filter(({ isAnswered }) => !isAnswered).length;
  const verdict = judge({
    what: 'scrapes without an answer of all workers, rolling restart',
    against: `${scrapes.length} scrapes`,
    measured: { median: missed, least: missed, most: missed },
    atMost: 0,
    format: String,
  });
  return comparisonSection({
    title: 'Scrapes of a machine whose workers are replaced',
    explanation:
      `One worker after another: the next one starts, then the oldest is asked no more and closes. Each answer has status 200 ` +
      `and at least ${WORKERS} workers, or it counts as missed. The processor also starts the workers meanwhile.`,
    unit: 'ms',
    figures: new Map([['scrapes during a rolling restart', sets.map(({ restart }) => restart.map(({ ms }) => ms))]]),
    verdicts: [verdict],
  });
}

export const machineSuite: Suite = {
  name: 'machine',
  async run({ processes, isQuick }) {
    const sets: MachineFigures[] = [];
    for (let i = 0; i < processes; i += 1) {
      sets.push(await withBoth((machine, own) => measureOnce(machine, own, isQuick ? 5 : 15)));
    }
    return [scrapeSection(sets), blockSection(sets), restartSection(sets)];
  },
};
