import { compare, pick, type Figures } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import { rangeOf } from '../harness/statistics';
import type { Blocks } from '../measures/blocks.measure';
import { formatFigure } from '../report/figures';
import { markdownTable } from '../report/markdown-table';
import type { Section } from '../report/section';
import { formatRange, judge, type Verdict } from '../report/verdict';
import type { Suite, Thoroughness } from './suite';

const WARM_MS = 10;
const COLD_MS = 25;

const LIMIT =
  'An answer is written in slices of five milliseconds, between which the event loop turns. What is longer is a collection of ' +
  "V8's young generation that falls into a slice, five to fifteen milliseconds where an answer of megabytes has just been made.";

interface Answers {
  readonly title: string;
  readonly contestants: readonly [ours: Contestant, ...peers: Contestant[]];
  readonly pairs: number;
}

const route = (name: string): Contestant => ({
  label: 'nestjs-agent-metrics',
  subject: 'agent-metrics-routes',
  route: name,
});

const ANSWERS: readonly Answers[] = [
  {
    title: 'the text of 10,000 pairs',
    contestants: [route('text'), { label: '@willsoto/nestjs-prometheus (prom-client)', subject: 'willsoto-endpoint' }],
    pairs: 10_000,
  },
  { title: 'the JSON of 10,000 pairs', contestants: [route('json')], pairs: 10_000 },
  { title: 'the trends of 1,000 agents and 1,000 tools', contestants: [route('trends')], pairs: 1_000 },
  { title: '100 requests of 100 steps', contestants: [route('requests')], pairs: 100 },
];

const inMs = (ms: number) => formatFigure(ms, 'ms');

function verdictsOf(title: string, label: string, cold: Figures, warm: Figures): Verdict[] {
  const judged = (when: string, figures: Figures, atMost: number) =>
    judge({
      what: `longest block, ${title}, ${when}`,
      against: 'itself',
      measured: rangeOf(figures.get(label)!),
      atMost,
      format: inMs,
    });
  return [judged('warm', warm, WARM_MS), judged('cold', cold, COLD_MS)];
}

async function answersSection({ title, contestants, pairs }: Answers, effort: Thoroughness): Promise<Section> {
  const blocks = await compare<Blocks>({ ...effort, measure: 'blocks', contestants, scale: pairs, rounds: 1 });
  const [cold, warm] = [pick(blocks, (block) => block.cold), pick(blocks, (block) => block.warm)];
  const cell = (figures: Figures, label: string) => formatRange(rangeOf(figures.get(label)!), inMs);
  const rows = contestants.map(({ label }) => [label, cell(warm, label), cell(cold, label)]);
  return {
    title: `The longest block of the event loop: ${title}`,
    explanation:
      'Read over HTTP by another thread; nothing else of the application runs in that time. Cold is the first answer of a ' +
      'process, warm the median of five after seven.',
    table: markdownTable(['', 'warm', 'cold'], rows),
    verdicts: verdictsOf(title, contestants[0].label, cold, warm),
    limit: LIMIT,
  };
}

export const blocksSuite: Suite = {
  name: 'blocks',
  async run(thoroughness) {
    const sections: Section[] = [];
    for (const answers of ANSWERS) sections.push(await answersSection(answers, thoroughness));
    return sections;
  },
};
