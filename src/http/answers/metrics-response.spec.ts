import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { LongAnswers } from './long-answers';
import { respond } from './metrics-response';
import type { MetricsRoute } from './metrics-route';
import type { MetricsSource } from './metrics-source';
import type { MetricsBody, MetricsResponse } from './node-response';

const PIECES = 400;
const PIECE_BYTES = 49_152;
const BYTES_PER_TURN = 524_288;

const route = {
  answer: async () => ({
    contentType: 'text/plain',
    body: Array.from({ length: PIECES }, () => Buffer.alloc(PIECE_BYTES)),
  }),
} as unknown as MetricsRoute;

/** What a client is sent that takes everything at once. */
async function bodyOf(): Promise<MetricsBody> {
  const source = { longAnswers: new LongAnswers() } as unknown as MetricsSource;
  const raw = Object.assign(new EventEmitter(), { socket: null }) as unknown as ServerResponse;
  return new Promise((resolve, reject) => {
    const none = () => undefined;
    const response: MetricsResponse = { raw, status: none, getHeader: none, header: none, send: resolve };
    respond(response, { headers: {}, query: {}, params: {} }, route, source).catch(reject);
  });
}

it('sends a long answer in as many turns of the event loop as it has half megabytes', async () => {
  const body = (await bodyOf()) as Readable;
  let turns = 0;
  let isOpen = true;
  const turn = () => {
    turns += 1;
    if (isOpen) setImmediate(turn);
  };
  setImmediate(turn);
  let bytes = 0;
  for await (const piece of body) bytes += (piece as Buffer).length;
  isOpen = false;
  expect(bytes).toBe(PIECES * PIECE_BYTES);
  const fewest = Math.floor((PIECES * PIECE_BYTES) / (BYTES_PER_TURN + PIECE_BYTES));
  expect(turns).toBeGreaterThanOrEqual(fewest);
  expect(turns).toBeLessThan(PIECES / 2);
});
