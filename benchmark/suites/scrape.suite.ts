import { compare } from '../harness/compare';
import { comparisonSection } from '../report/comparison.section';
import type { Section } from '../report/section';
import { OPENTELEMETRY, OURS, PROM_CLIENT, PROM_CLIENT_OBJECTS } from './contestants';
import type { Suite, Thoroughness } from './suite';

const PAIRS = [100, 1_000, 10_000];
const DOCUMENT_PAIRS = 1_000;
const BLOCK_PAIRS = 10_000;

const TEXT_LIMIT =
  'A line is a copy of what its series begins with, its end and its digits, and a pair has about twenty-five of them, four ' +
  'statuses among them: a third more text than the peers write. A fifth of the time is the making of the string. Of few pairs ' +
  'what does not depend on their number shows: thirty families are read and begun. Tried: strings that are put together ' +
  "(slower by a multiple), one large piece (fresh memory costs more than the text), V8's own digits.";
const DOCUMENT_LIMIT =
  'The other side has not made its text yet; see the row below it for what that takes. A fifth of ours is V8 writing averages, ' +
  'which have seventeen digits. Tried: objects and `JSON.stringify` (60 % slower), digits by hand where a number is whole.';

/** What renders for long needs no more than a few rounds. */
const fewer = (thoroughness: Thoroughness, rounds: number): Thoroughness => ({
  ...thoroughness,
  rounds: Math.min(rounds, thoroughness.rounds),
});

const inWords = (count: number) => count.toLocaleString('en-US');

async function renderSection(pairs: number, thoroughness: Thoroughness): Promise<Section> {
  const what = `text of ${inWords(pairs)} pairs`;
  const figures = await compare({
    ...fewer(thoroughness, pairs > 1_000 ? 5 : 15),
    measure: 'render',
    contestants: [OURS, PROM_CLIENT, OPENTELEMETRY],
    scale: pairs,
  });
  return comparisonSection({
    title: `The text for Prometheus, ${inWords(pairs)} pairs`,
    explanation:
      'Rendering everything counted; every pair has counted something since the text was last rendered. Ours is a string ' +
      'in pieces, which V8 joins for whoever reads it as a whole; `GET /metrics` sends them as bytes.',
    unit: 'ns',
    figures,
    targets: [
      { what, ours: OURS.label, peer: PROM_CLIENT.label, atMost: 1 / 10 },
      { what, ours: OURS.label, peer: OPENTELEMETRY.label, atMost: 1 / 20 },
    ],
    limit: TEXT_LIMIT,
  });
}

async function documentSection(thoroughness: Thoroughness): Promise<Section> {
  const asText = { ...PROM_CLIENT, label: 'prom-client, as text' };
  const figures = await compare({
    ...thoroughness,
    measure: 'document',
    contestants: [OURS, PROM_CLIENT_OBJECTS, asText],
    scale: DOCUMENT_PAIRS,
  });
  const what = `JSON document, ${inWords(DOCUMENT_PAIRS)} pairs`;
  return comparisonSection({
    title: `The JSON document, ${inWords(DOCUMENT_PAIRS)} pairs`,
    explanation: 'Ours is text, ready to be sent.',
    unit: 'ns',
    figures,
    targets: [{ what, ours: OURS.label, peer: PROM_CLIENT_OBJECTS.label, atMost: 1 / 8 }],
    limit: DOCUMENT_LIMIT,
  });
}

async function blockSection(thoroughness: Thoroughness): Promise<Section> {
  const ours = { label: 'nestjs-agent-metrics', subject: 'agent-metrics-endpoint' };
  const willsoto = { label: '@willsoto/nestjs-prometheus (prom-client)', subject: 'willsoto-endpoint' };
  const openTelemetry = { label: 'OpenTelemetry exporter', subject: 'opentelemetry-endpoint' };
  const figures = await compare({
    ...fewer(thoroughness, thoroughness.isQuick ? 3 : 7),
    measure: 'scrape-block',
    contestants: [ours, willsoto, openTelemetry],
    scale: BLOCK_PAIRS,
  });
  const what = `longest block of the event loop, ${inWords(BLOCK_PAIRS)} pairs`;
  return comparisonSection({
    title: `The longest block of the event loop during a scrape, ${inWords(BLOCK_PAIRS)} pairs`,
    explanation: '`GET /metrics` by another thread, over HTTP. Nothing else of the application runs in that time.',
    unit: 'ms',
    figures,
    targets: [
      { what, ours: ours.label, peer: willsoto.label, atMost: 1 / 25 },
      { what, ours: ours.label, peer: openTelemetry.label, atMost: 1 / 50 },
    ],
  });
}

export const scrapeSuite: Suite = {
  name: 'scrape',
  async run(thoroughness) {
    const sections: Section[] = [];
    const sizes = thoroughness.isQuick ? [1_000] : PAIRS;
    for (const pairs of sizes) sections.push(await renderSection(pairs, thoroughness));
    sections.push(await documentSection(thoroughness), await blockSection(thoroughness));
    return sections;
  },
};
