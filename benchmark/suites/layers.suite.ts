import { compare } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import { expectLayers } from '../harness/layer-profile';
import { rangeOf } from '../harness/statistics';
import { toolNames } from '../harness/workload';
import { formatFigure } from '../report/figures';
import { markdownTable } from '../report/markdown-table';
import type { Section } from '../report/section';
import { addedToBare } from './call.suite';
import { BARE, OURS, OURS_WITHOUT_CONTEXT, oursWith } from './contestants';
import type { Suite, Thoroughness } from './suite';

const TOOLS = 10;

/** A picture of many options beside each other, which nothing is judged by. */
const OPTION_PROCESSES = 2;

/** A profile needs some thousand samples. */
const PROFILE_ROUND_MS = 200;

const OPTIONS: readonly Contestant[] = [
  { ...OURS, label: 'everything on (the defaults)' },
  { ...OURS_WITHOUT_CONTEXT, label: '`asyncContext: false`' },
  oursWith('`historySize: 0`', { historySize: 0 }),
  oursWith('`recordMemory: false`', { recordMemory: false }),
  oursWith('`asyncContext: false`, `historySize: 0`', { asyncContext: false, historySize: 0 }),
  oursWith('`measurePayloads: true`', { measurePayloads: true }),
  { label: 'no `MetricsModule` in the application', subject: 'no-module' },
];

async function optionsSection(thoroughness: Thoroughness): Promise<Section> {
  const contestants = [...OPTIONS, BARE];
  const figures = addedToBare(
    await compare({
      ...thoroughness,
      processes: OPTION_PROCESSES,
      measure: 'call',
      contestants,
      scale: TOOLS,
      tools: toolNames(TOOLS),
    }),
  );
  const all = rangeOf(figures.get(OPTIONS[0]!.label)!).median;
  const rows = [...figures].map(([label, samples]) => {
    const own = rangeOf(samples).median;
    return [label, formatFigure(own, 'ns'), formatFigure(all - own, 'ns')];
  });
  return {
    title: 'What each option costs',
    explanation: 'What tracking adds to a call of a method; a negative saving is what an option costs on top.',
    table: markdownTable(['', 'adds', 'saves'], rows),
  };
}

/** Of a call in an agent, everything on: by the layers' share in a profile. */
async function layersSection(thoroughness: Thoroughness): Promise<Section> {
  const comparison = { ...thoroughness, processes: 1, contestants: [OURS], scale: TOOLS, tools: toolNames(TOOLS) };
  const times = await compare({ ...comparison, measure: 'call' });
  const roundMs = Math.max(thoroughness.roundMs, PROFILE_ROUND_MS);
  const profiles = await compare<Map<string, number>>({ ...comparison, measure: 'call-layers', roundMs });
  const samples = new Map<string, number>();
  for (const [layer, own] of profiles
    .get(OURS.label)!
    .flat()
    .flatMap((profile) => [...profile])) {
    samples.set(layer, (samples.get(layer) ?? 0) + own);
  }
  const call = rangeOf(times.get(OURS.label)!).median;
  const all = [...samples.values()].reduce((sum, own) => sum + own, 0);
  const rows = [...samples]
    .map(([layer, own]) => [layer, own / all] as const)
    .sort(([, one], [, other]) => other - one)
    .map(([layer, share]) => [layer, formatFigure(share * call, 'ns'), `${Math.round(share * 100)} %`]);
  return {
    title: 'What each layer costs',
    explanation:
      "A tracked call in an agent, everything on, divided by V8's sampling profiler: by folders of the built library, and " +
      "what runs outside of it. Reading Node's clock is a part of `collection/clock`.",
    table: markdownTable(['layer', 'per call', 'share'], rows),
  };
}

export const layersSuite: Suite = {
  name: 'layers',
  isLong: true,
  async run(thoroughness) {
    expectLayers();
    return [await optionsSection(thoroughness), await layersSection(thoroughness)];
  },
};
