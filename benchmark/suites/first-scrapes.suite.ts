import { compare, pick } from '../harness/compare';
import { ratioOf } from '../harness/statistics';
import type { FirstRenders } from '../measures/first-renders.measure';
import { comparisonSection } from '../report/comparison.section';
import { formatCount, formatRatio } from '../report/figures';
import type { Section } from '../report/section';
import { judge } from '../report/verdict';
import { OURS, PROM_CLIENT } from './contestants';
import type { Suite, Thoroughness } from './suite';
import { TEXT_SIZES, type TextSize } from './text-sizes';

const FIRST_OF_WARM = 3.5;

const LIMIT =
  'V8 interprets code that runs for the first time, and one scrape every fifteen seconds does not soon make it compile that ' +
  'code. The first scrape of a process is interpreted from end to end.';

async function sizeSection({ pairs, earlyAtMost }: TextSize, effort: Thoroughness): Promise<Section> {
  const figures = await compare<FirstRenders>({
    ...effort,
    measure: 'first-renders',
    contestants: [OURS, PROM_CLIENT],
    scale: pairs,
    rounds: 1,
  });
  const early = pick(figures, (renders) => renders.early);
  const [first, warm] = [pick(figures, (renders) => renders.first), pick(figures, (renders) => renders.warm)];
  const later = judge({
    what: `first scrape of a process, ${formatCount(pairs)} pairs`,
    against: 'itself, warm',
    measured: ratioOf(first.get(OURS.label)!, warm.get(OURS.label)!),
    atMost: FIRST_OF_WARM,
    format: formatRatio,
  });
  const what = `each of the first scrapes of a process, ${formatCount(pairs)} pairs`;
  return comparisonSection({
    title: `The first scrapes of a process, ${formatCount(pairs)} pairs`,
    explanation:
      'Rendering the text for Prometheus in a new process, each of the first twenty on average (four where one takes ' +
      'longer than 200 ms), idle in between and garbage collected, as an application is that is scraped every fifteen seconds.',
    unit: 'ns',
    figures: early,
    targets: [{ what, ours: OURS.label, peer: PROM_CLIENT.label, atMost: earlyAtMost }],
    verdicts: [later],
    limit: LIMIT,
  });
}

export const firstScrapesSuite: Suite = {
  name: 'first-scrapes',
  async run(thoroughness) {
    const sections: Section[] = [];
    for (const size of TEXT_SIZES) sections.push(await sizeSection(size, thoroughness));
    return sections;
  },
};
