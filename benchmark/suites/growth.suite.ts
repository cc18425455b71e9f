import { compare, type Comparison, type Figures } from '../harness/compare';
import { rangeOf } from '../harness/statistics';
import { growthSection } from '../report/growth.section';
import type { Section } from '../report/section';
import { formatRatio } from '../report/figures';
import type { Verdict } from '../report/verdict';
import { OURS, PROM_CLIENT } from './contestants';
import { KEEP_CODE } from './memory.suite';
import type { Suite, Thoroughness } from './suite';

/** Noise, and caches of the processor that many series no longer fit into. */
const FLAT = 2;
/** By which the cost of one may grow where the cost of all is linear. */
const LINEAR = 1.5;

const RENDERING_LIMIT =
  'The work is the same for each pair. What 10,000 of them count and write no longer fits the caches of the processor, and ' +
  'so much text brings about collections; both depend on what else the machine does.';

type Run = (size: number) => Promise<Figures>;

async function measureSizes(sizes: readonly number[], run: Run): Promise<Map<number, Figures>> {
  const figures = new Map<number, Figures>();
  for (const size of sizes) figures.set(size, await run(size));
  return figures;
}

/** How much more our last size costs than the first. */
function judgeGrowth(what: string, figures: ReadonlyMap<number, Figures>, limit: number, cost: CostOf): Verdict {
  const [first, ...others] = [...figures].map(([size, own]) => cost(rangeOf(own.get(OURS.label)!).median, size));
  const growth = others.at(-1)! / first!;
  return {
    what,
    against: 'itself, smallest size',
    measured: formatRatio(growth),
    target: `<= ${limit}×`,
    isMet: growth <= limit,
    isWithinSpread: false,
  };
}

type CostOf = (figure: number, size: number) => number;
const itself: CostOf = (figure) => figure;
const ofOne: CostOf = (figure, size) => figure / size;

const compared = (thoroughness: Thoroughness, measure: string): Comparison => ({
  ...thoroughness,
  processes: 1,
  measure,
  contestants: [OURS, PROM_CLIENT],
  scale: 0,
});

async function executionsSection(thoroughness: Thoroughness): Promise<Section> {
  const comparison = compared(thoroughness, 'record-after');
  const sizes = thoroughness.isQuick ? [10, 100_000] : [10, 100, 1_000, 10_000, 100_000];
  const figures = await measureSizes(sizes, (scale) => compare({ ...comparison, scale }));
  return growthSection({
    title: 'Recording after many executions',
    explanation: 'What the next execution costs after so many others, 100 pairs.',
    xTitle: 'executions before',
    unit: 'ns',
    figures,
    verdict: judgeGrowth('record, from 10 to 100,000 executions: flat', figures, FLAT, itself),
  });
}

async function seriesSection(thoroughness: Thoroughness): Promise<Section> {
  const comparison = compared(thoroughness, 'record');
  const sizes = thoroughness.isQuick ? [1, 2_000] : [1, 10, 100, 500, 1_000, 2_000];
  const figures = await measureSizes(sizes, (scale) => compare({ ...comparison, scale }));
  return growthSection({
    title: 'Recording among many series',
    explanation: 'What an execution costs where so many pairs are in use, one after another.',
    xTitle: 'pairs',
    unit: 'ns',
    figures,
    verdict: judgeGrowth('record, from 1 to 2,000 series: flat', figures, FLAT, itself),
  });
}

async function scrapeSection(thoroughness: Thoroughness): Promise<Section> {
  const comparison = compared(thoroughness, 'render');
  const figures = await measureSizes([100, 300, 1_000, 3_000, 10_000], (scale) => compare({ ...comparison, scale }));
  return growthSection({
    title: 'Rendering many series',
    explanation: 'The text for Prometheus.',
    xTitle: 'pairs',
    unit: 'ns',
    figures,
    verdict: judgeGrowth('rendering a pair, from 100 to 10,000 pairs: linear', figures, LINEAR, ofOne),
    limit: RENDERING_LIMIT,
  });
}

async function memorySection(thoroughness: Thoroughness): Promise<Section> {
  const comparison = { ...compared(thoroughness, 'memory'), processes: 2, rounds: 1, nodeFlags: KEEP_CODE };
  const figures = await measureSizes([1_000, 3_000, 10_000], async (scale) => {
    const each = await compare({ ...comparison, scale });
    return new Map([...each].map(([label, own]) => [label, own.map((rounds) => rounds.map((bytes) => bytes * scale))]));
  });
  return growthSection({
    title: 'Memory of many series',
    explanation:
      'What all pairs keep together, after three executions of each and a scrape. Of fewer it is less than what V8 keeps ' +
      'or frees for reasons of its own.',
    xTitle: 'pairs',
    unit: 'bytes',
    figures,
    verdict: judgeGrowth('memory of a pair, from 1,000 to 10,000 pairs: linear', figures, LINEAR, ofOne),
  });
}

export const growthSuite: Suite = {
  name: 'growth',
  isLong: true,
  async run(thoroughness) {
    const sections = [await executionsSection(thoroughness), await seriesSection(thoroughness)];
    if (thoroughness.isQuick) return sections;
    return [...sections, await scrapeSection(thoroughness), await memorySection(thoroughness)];
  },
};
