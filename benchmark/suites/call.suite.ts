import { compare, type Figures } from '../harness/compare';
import { byRound } from '../harness/statistics';
import { toolNames } from '../harness/workload';
import { comparisonSection, type Target } from '../report/comparison.section';
import {
  BARE,
  FLOOR,
  FLOOR_WITHOUT_CONTEXT,
  BY_HAND,
  NESTJS_OTEL,
  OPENTELEMETRY,
  OURS,
  OURS_WITHOUT_CONTEXT,
  PROM_CLIENT,
  PROM_CLIENT_BOUND,
} from './contestants';
import type { Suite } from './suite';

const TOOLS = 10;
const WITH_CONTEXT = '`@TrackTool` on an async method, in an agent';
const WITHOUT_CONTEXT = 'the same, no agent, `asyncContext: false`';

const contestants = [
  OURS,
  OURS_WITHOUT_CONTEXT,
  PROM_CLIENT,
  PROM_CLIENT_BOUND,
  OPENTELEMETRY,
  NESTJS_OTEL,
  BY_HAND,
  FLOOR_WITHOUT_CONTEXT,
  FLOOR,
  BARE,
];

const LIMIT =
  'The rows of the floor count nothing at all: no wrapper that follows a promise costs less. The peers are written into ' +
  'the method and need no promise of their own, nor a context. On Node 20 an AsyncLocalStorage leads every promise of the ' +
  'process through hooks of Node; Node 24 has none of them, and copies a map of all contexts where one is entered and where ' +
  'it is left: a fifth of the samples of a call. ' +
  'No wrapper that has a context can leave that out. Tried: pooled callbacks, a list of what runs that is linked instead ' +
  'of a Set, no look at the promises of async functions.';

/** What each contestant adds to the bare method. */
export function addedToBare(figures: Figures): Figures {
  const bare = figures.get(BARE.label)!;
  const others = [...figures].filter(([label]) => label !== BARE.label);
  return new Map(others.map(([label, own]) => [label, byRound(own, bare, (a, b) => a - b)]));
}

const targets: readonly Target[] = [
  { what: WITH_CONTEXT, ours: OURS.label, peer: PROM_CLIENT.label, atMost: 0.8 },
  { what: WITHOUT_CONTEXT, ours: OURS_WITHOUT_CONTEXT.label, peer: PROM_CLIENT.label, atMost: 0.8 },
];

export const callSuite: Suite = {
  name: 'call',
  async run(thoroughness) {
    const figures = await compare({
      ...thoroughness,
      measure: 'call',
      contestants,
      scale: TOOLS,
      tools: toolNames(TOOLS),
    });
    return [
      comparisonSection({
        title: 'A tracked call',
        explanation:
          `What tracking adds to an awaited call of an async method, ${TOOLS} methods in turn: the decorator here, a ` +
          'timer, a counter and a gauge written by hand there. The bare method is measured in a process without any of it.',
        unit: 'ns',
        figures: addedToBare(figures),
        targets,
        limit: LIMIT,
      }),
    ];
  },
};
