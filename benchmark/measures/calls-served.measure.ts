import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { once } from 'node:events';
import { needed, type MeasureFactory } from '../harness/measure';
import { callTools } from '../harness/workload';

/** One request is an agent that calls so many tools. */
export const CALLS_A_REQUEST = 40;
/** In each of so many turns of the event loop, between which other requests run. */
const TURNS = 4;

/** Serves agents that call tools; what a call costs is measured from outside, under load. */
export const prepare: MeasureFactory = (subject) => {
  const tools = needed(subject.tools, 'call tools');
  const runAgent = subject.runAgent?.bind(subject) ?? ((fn: () => Promise<void>) => fn());
  const agent = async () => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      await callTools(tools, CALLS_A_REQUEST / TURNS);
      await setImmediate();
    }
  };
  const server = createServer((_request, response) => {
    void runAgent(agent).then(() => response.end('done'));
  });
  return {
    agree: async () => {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return {};
    },
    // The load itself warms up, in a round of its own.
    async warmUp() {},
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async round() {},
    async finish() {
      server.close();
      server.closeAllConnections();
    },
  };
};
