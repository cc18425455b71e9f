import { compare } from '../harness/compare';
import { toolNames } from '../harness/workload';
import { comparisonSection } from '../report/comparison.section';
import { addedToBare } from './call.suite';
import {
  BARE,
  CHAINED,
  CHAINED_WITHOUT_CONTEXT,
  FLOOR,
  OPENTELEMETRY,
  OURS,
  OURS_WITHOUT_CONTEXT,
  PROM_CLIENT,
  PROM_CLIENT_BOUND,
} from './contestants';
import type { Suite } from './suite';

const TOOLS = 10;
const ROUNDS = 5;
const WHAT = 'bytes allocated per tracked call';

const LIMIT =
  'In a context "the clock twice and a promise" allocates as much, though it counts nothing: Node 20 writes on every ' +
  'promise, and Node 24 copies a map of all contexts. What else we allocate is the execution itself, which users may hold ' +
  'for as long as they like and which can therefore not be used again. Tried: pooled callbacks, measures that are made by ' +
  'the first of them, entries of the history that are used again.';

const contestants = [
  OURS,
  OURS_WITHOUT_CONTEXT,
  PROM_CLIENT,
  PROM_CLIENT_BOUND,
  OPENTELEMETRY,
  FLOOR,
  CHAINED_WITHOUT_CONTEXT,
  CHAINED,
  BARE,
];

/** So that nothing is collected while allocations are counted. */
const LARGE_YOUNG_GENERATION = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

export const allocationSuite: Suite = {
  name: 'allocation',
  async run({ warmUpMs, roundMs }) {
    const figures = await compare({
      warmUpMs,
      roundMs,
      // The same code allocates the same, round after round.
      rounds: ROUNDS,
      measure: 'call-allocation',
      contestants,
      scale: TOOLS,
      tools: toolNames(TOOLS),
      nodeFlags: LARGE_YOUNG_GENERATION,
    });
    return [
      comparisonSection({
        title: 'Memory that a tracked call allocates',
        explanation: 'What tracking adds to what the bare call allocates; nothing is collected while it is counted.',
        unit: 'bytes',
        figures: addedToBare(figures),
        targets: [
          { what: WHAT, ours: OURS.label, peer: PROM_CLIENT.label, atMost: 1 / 4 },
          { what: WHAT, ours: OURS.label, peer: OPENTELEMETRY.label, atMost: 1 / 16 },
        ],
        limit: LIMIT,
      }),
    ];
  },
};
