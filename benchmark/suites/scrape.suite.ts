import { compare } from '../harness/compare';
import { comparisonSection } from '../report/comparison.section';
import { formatCount } from '../report/figures';
import type { Section } from '../report/section';
import { OPENTELEMETRY, OURS, PROM_CLIENT, PROM_CLIENT_AS_JSON, PROM_CLIENT_OBJECTS } from './contestants';
import { longWarmed, type Suite, type Thoroughness } from './suite';
import { TEXT_SIZES, type TextSize } from './text-sizes';

const DOCUMENT_PAIRS = 1_000;

const TEXT_LIMIT =
  'A line is a copy of what its series begins with, its end and its digits, and a pair has about twenty-five of them, four ' +
  'statuses among them: a third more text than the peers write. A fifth of the time is the making of the string. Of few pairs ' +
  'what does not depend on their number shows: thirty families are read and begun. Tried: strings that are put together ' +
  "(slower by a multiple), one large piece (fresh memory costs more than the text), V8's own digits.";
const DOCUMENT_LIMIT =
  'A fifth of ours is V8 writing averages, which have seventeen digits. Tried: objects and `JSON.stringify` (60 % slower), ' +
  'digits by hand where a number is whole.';

async function renderSection({ pairs, warmAtMost }: TextSize, thoroughness: Thoroughness): Promise<Section> {
  const what = `text of ${formatCount(pairs)} pairs`;
  const figures = await compare({
    ...longWarmed(thoroughness),
    rounds: pairs > 1_000 ? 2 : thoroughness.rounds,
    measure: 'render',
    contestants: [OURS, PROM_CLIENT, OPENTELEMETRY],
    scale: pairs,
  });
  return comparisonSection({
    title: `The text for Prometheus, ${formatCount(pairs)} pairs`,
    explanation:
      'Each renders everything that it has counted. Every pair has counted something since the last rendering. Our text is a ' +
      'string in pieces, which V8 joins when it is read; `GET /metrics` sends the pieces as bytes. Each process warms up for three ' +
      'seconds; the first scrapes have a table of their own.',
    unit: 'ns',
    figures,
    targets: [
      { what, ours: OURS.label, peer: PROM_CLIENT.label, atMost: warmAtMost },
      { what, ours: OURS.label, peer: OPENTELEMETRY.label, atMost: warmAtMost },
    ],
    limit: TEXT_LIMIT,
  });
}

async function documentSection(thoroughness: Thoroughness): Promise<Section> {
  const figures = await compare({
    ...longWarmed(thoroughness),
    measure: 'document',
    contestants: [OURS, PROM_CLIENT_AS_JSON, PROM_CLIENT_OBJECTS],
    scale: DOCUMENT_PAIRS,
  });
  const what = `JSON document, ${formatCount(DOCUMENT_PAIRS)} pairs`;
  return comparisonSection({
    title: `The JSON document, ${formatCount(DOCUMENT_PAIRS)} pairs`,
    explanation: 'Ours is text, ready to be sent.',
    unit: 'ns',
    figures,
    targets: [{ what, ours: OURS.label, peer: PROM_CLIENT_AS_JSON.label, atMost: 1 / 8 }],
    limit: DOCUMENT_LIMIT,
  });
}

export const scrapeSuite: Suite = {
  name: 'scrape',
  async run(thoroughness) {
    const sections: Section[] = [];
    const sizes = thoroughness.isQuick ? TEXT_SIZES.slice(0, 2) : TEXT_SIZES;
    for (const size of sizes) sections.push(await renderSection(size, thoroughness));
    sections.push(await documentSection(thoroughness));
    return sections;
  },
};
