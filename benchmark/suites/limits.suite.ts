import { compare } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import { differenceOf } from '../harness/statistics';
import { toolNames } from '../harness/workload';
import { comparisonSection } from '../report/comparison.section';
import { formatFigure } from '../report/figures';
import { judge } from '../report/verdict';
import { addedToBare } from './call.suite';
import { BARE, OURS, oursWith } from './contestants';
import { longWarmed, type Suite } from './suite';

const TOOLS = 10;
const LIMIT_NS = 500;

/** High enough that no call meets them. */
const HIGH = 1e9;

const LIMITED: readonly Contestant[] = [
  oursWith('a deadline (`timeouts.toolMs`)', { timeouts: { toolMs: 60_000 } }),
  oursWith('a number of tool calls', { limits: { request: { toolCalls: HIGH } } }),
  oursWith('five limits of a run', {
    limits: { request: { toolCalls: HIGH, modelCalls: HIGH, tokens: HIGH, costUsd: HIGH }, agent: { toolCalls: HIGH } },
  }),
];

const LIMIT =
  'A deadline is an object and a place in a heap, and its call has a promise of another kind. Other limits are asked for ' +
  'before a call begins, in each agent around it.';

export const limitsSuite: Suite = {
  name: 'limits',
  async run(thoroughness) {
    const contestants = [OURS, ...LIMITED, BARE];
    const calls = { measure: 'call', contestants, scale: TOOLS, tools: toolNames(TOOLS) };
    const figures = addedToBare(await compare({ ...longWarmed(thoroughness), ...calls }));
    const verdicts = LIMITED.map(({ label }) =>
      judge({
        what: `${label} adds to a tracked call`,
        against: 'a tracked call without',
        measured: differenceOf(figures.get(label)!, figures.get(OURS.label)!),
        atMost: LIMIT_NS,
        format: (ns) => formatFigure(ns, 'ns'),
      }),
    );
    return [
      comparisonSection({
        title: 'Limits',
        explanation:
          'What tracking adds to an awaited call of an async method, with limits that no call meets. Each process warms up ' +
          'for three seconds: V8 compiles a deadline after some hundred thousand calls.',
        unit: 'ns',
        figures,
        verdicts,
        limit: LIMIT,
      }),
    ];
  },
};
