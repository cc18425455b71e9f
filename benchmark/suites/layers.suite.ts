import { compare } from '../harness/compare';
import type { Contestant, ContestantProcess } from '../harness/contestant';
import { expectLayers } from '../harness/layer-profile';
import { median } from '../harness/statistics';
import { toolNames } from '../harness/workload';
import { formatFigure } from '../report/figures';
import { markdownTable } from '../report/markdown-table';
import type { Section } from '../report/section';
import { addedToBare } from './call.suite';
import { BARE, OURS, OURS_WITHOUT_CONTEXT } from './contestants';
import type { Suite, Thoroughness } from './suite';

const TOOLS = 10;

/** A profile needs some thousand samples. */
const PROFILE_ROUND_MS = 200;

const option = (label: string, options: Contestant['options']): Contestant => ({
  label,
  subject: 'agent-metrics',
  options,
});

const OPTIONS: readonly Contestant[] = [
  { ...OURS, label: 'everything on (the defaults)' },
  { ...OURS_WITHOUT_CONTEXT, label: '`asyncContext: false`' },
  option('`historySize: 0`', { historySize: 0 }),
  option('`recordMemory: false`', { recordMemory: false }),
  option('`asyncContext: false`, `historySize: 0`', { asyncContext: false, historySize: 0 }),
  option('`measurePayloads: true`', { measurePayloads: true }),
  option('`timeouts: { toolMs: 60_000 }`', { timeouts: { toolMs: 60_000 } }),
  { label: 'no `MetricsModule` in the application', subject: 'no-module' },
];

async function optionsSection(thoroughness: Thoroughness): Promise<Section> {
  const contestants = [...OPTIONS, BARE];
  const figures = addedToBare(
    await compare({ ...thoroughness, measure: 'call', contestants, scale: TOOLS, tools: toolNames(TOOLS) }),
  );
  const all = median(figures.get(OPTIONS[0]!.label)!);
  const rows = [...figures].map(([label, own]) => [
    label,
    formatFigure(median(own), 'ns'),
    formatFigure(all - median(own), 'ns'),
  ]);
  return {
    title: 'What each option costs',
    explanation: 'What tracking adds to a call of a method; a negative saving is what an option costs on top.',
    table: markdownTable(['', 'adds', 'saves'], rows),
  };
}

/** Of a call in an agent, everything on: by the layers' share in a profile. */
async function layersSection(thoroughness: Thoroughness): Promise<Section> {
  const samples = new Map<string, number>();
  const profile = async (contestant: ContestantProcess) => {
    for (const [layer, own] of await contestant.ask<Map<string, number>>('round')) {
      samples.set(layer, (samples.get(layer) ?? 0) + own);
    }
    return 0;
  };
  const comparison = { ...thoroughness, contestants: [OURS], scale: TOOLS, tools: toolNames(TOOLS) };
  const times = await compare({ ...comparison, measure: 'call' });
  const roundMs = Math.max(thoroughness.roundMs, PROFILE_ROUND_MS);
  await compare({ ...comparison, measure: 'call-layers', roundMs, figureOf: profile });
  const call = median(times.get(OURS.label)!);
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
