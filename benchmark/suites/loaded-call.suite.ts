import { compare } from '../harness/compare';
import { nanosecondsOfRequest } from '../harness/http-load';
import { onThisNode } from '../harness/node-version';
import { toolNames } from '../harness/workload';
import { CALLS_A_REQUEST } from '../measures/calls-served.measure';
import { comparisonSection, type Target } from '../report/comparison.section';
import { addedToBare } from './call.suite';
import { BARE, FLOOR, OPENTELEMETRY_SPANS, OURS, PROM_CLIENT } from './contestants';
import type { Suite } from './suite';

const WHAT = 'a tracked call under load';
const TOOLS = 10;

const LIMIT =
  'The floor counts nothing: it reads the clock twice, follows the promise and enters a context. The rest is spread over the ' +
  'ninety functions that `npm run bench -- --only road` lists, the largest of which takes a tenth. V8 makes about 45 kB of ' +
  'machine code of them, more than a first-level instruction cache of 32 kB: calls in a loop miss it about 500 times each ' +
  '(counted with cachegrind on Node 24).';

const targets: readonly Target[] = [
  { what: WHAT, ours: OURS.label, peer: FLOOR.label, atMost: onThisNode({ 20: 1.6, 24: 2, later: 2 }) },
  { what: WHAT, ours: OURS.label, peer: PROM_CLIENT.label, atMost: 0.8 },
  { what: WHAT, ours: OURS.label, peer: OPENTELEMETRY_SPANS.label, atMost: 0.4 },
];

export const loadedCallSuite: Suite = {
  name: 'loaded-call',
  async run(thoroughness) {
    const seconds = thoroughness.isQuick ? 1 : 1.5;
    const figures = await compare({
      ...thoroughness,
      measure: 'calls-served',
      contestants: [OURS, FLOOR, PROM_CLIENT, OPENTELEMETRY_SPANS, BARE],
      scale: TOOLS,
      tools: toolNames(TOOLS),
      rounds: 2,
      figureOf: async (contestant) => (await nanosecondsOfRequest(contestant, seconds)) / CALLS_A_REQUEST,
    });
    return [
      comparisonSection({
        title: 'A tracked call under load',
        explanation:
          `A server answers 50 connections as fast as it can; each request is an agent that calls ${CALLS_A_REQUEST} tools in four ` +
          'turns of the event loop, so that many are in progress at once. What tracking adds to the processor time of a ' +
          'request, divided by its calls; where there are agents, the agent of the request is in it.',
        unit: 'ns',
        figures: addedToBare(figures),
        targets,
        limit: LIMIT,
      }),
    ];
  },
};
