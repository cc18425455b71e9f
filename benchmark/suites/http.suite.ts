import { compare } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import { nanosecondsOfRequest } from '../harness/http-load';
import { onThisNode } from '../harness/node-version';
import { comparisonSection } from '../report/comparison.section';
import type { Suite } from './suite';

const DECORATED: Contestant = { label: 'decorated with `@TrackAgent`', subject: 'ask-decorated' };
const BARE: Contestant = { label: 'bare', subject: 'ask-bare' };
const INTERCEPTED: Contestant = { label: 'an interceptor with prom-client', subject: 'ask-intercepted' };
const COUNTED: Contestant = { label: "nestjs-otel's method counter (counts only)", subject: 'ask-counted' };

const LIMIT =
  'What runs once a request finds the caches of the processor cold; and on Node 20 the context leads every promise of Nest ' +
  'and Fastify through hooks of Node, as any other AsyncLocalStorage would. An application that has one already has paid ' +
  'for them.';
const WHAT = 'a decorated HTTP handler, throughput';

export const httpSuite: Suite = {
  name: 'http',
  async run(thoroughness) {
    const { isQuick } = thoroughness;
    const seconds = isQuick ? 1 : 2;
    const figures = await compare({
      ...thoroughness,
      measure: 'serving',
      contestants: isQuick ? [DECORATED, BARE, INTERCEPTED] : [DECORATED, BARE, INTERCEPTED, COUNTED],
      scale: 1,
      rounds: 2,
      figureOf: async (contestant) => 1e9 / (await nanosecondsOfRequest(contestant, seconds)),
    });
    return [
      comparisonSection({
        title: 'A decorated HTTP handler',
        explanation:
          'A handler on Fastify that returns a constant, 50 connections: requests answered per second of the ' +
          "server's processor. Ours is `@TrackAgent` with every default, process metrics included.",
        unit: 'requests/s',
        figures,
        targets: [
          {
            what: WHAT,
            ours: DECORATED.label,
            peer: BARE.label,
            atLeast: onThisNode({ 20: 0.75, 24: 0.9, later: 0.95 }),
          },
          { what: WHAT, ours: DECORATED.label, peer: INTERCEPTED.label, atLeast: 1.4 },
        ],
        limit: LIMIT,
      }),
    ];
  },
};
