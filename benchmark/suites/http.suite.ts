import { compare } from '../harness/compare';
import type { Contestant, ContestantProcess } from '../harness/contestant';
import { loadHttp } from '../harness/http-load';
import { comparisonSection } from '../report/comparison.section';
import type { Suite } from './suite';

const DECORATED: Contestant = { label: 'decorated with `@TrackAgent`', subject: 'ask-decorated' };
const BARE: Contestant = { label: 'bare', subject: 'ask-bare' };
const INTERCEPTED: Contestant = { label: 'an interceptor with prom-client', subject: 'ask-intercepted' };
const COUNTED: Contestant = { label: "nestjs-otel's method counter (counts only)", subject: 'ask-counted' };

const LIMIT =
  'A request takes 60 to 80 microseconds here, of which the target leaves less than two. What runs once a request finds ' +
  'the caches of the processor cold; and on Node 20 the context leads every promise of Nest and Fastify through hooks of ' +
  'Node, as any other AsyncLocalStorage would. An application that has one already has paid for them.';

/** Requests that a second of the server's processor answers: what a saturated server achieves, on a busy machine too. */
async function requestsPerSecond(contestant: ContestantProcess, seconds: number): Promise<number> {
  const url = await contestant.ask<string>('url');
  const before = await contestant.ask<number>('cpuMs');
  const { requests } = await loadHttp(url, seconds);
  return (requests * 1_000) / ((await contestant.ask<number>('cpuMs')) - before);
}

export const httpSuite: Suite = {
  name: 'http',
  async run({ isQuick, rounds, ...effort }) {
    const seconds = isQuick ? 1 : 3;
    const figures = await compare({
      ...effort,
      measure: 'serving',
      contestants: isQuick ? [DECORATED, BARE, INTERCEPTED] : [DECORATED, BARE, INTERCEPTED, COUNTED],
      scale: 1,
      rounds: isQuick ? 3 : rounds,
      figureOf: (contestant) => requestsPerSecond(contestant, seconds),
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
          { what: 'a decorated HTTP handler, throughput', ours: DECORATED.label, peer: BARE.label, atLeast: 0.98 },
        ],
        limit: LIMIT,
      }),
    ];
  },
};
