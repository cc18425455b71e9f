import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { negotiateGzip } from './content-negotiation';
import { bytesOf } from './long-answers';
import type { MetricsAnswer, MetricsRequest } from './metrics-answer';
import type { MetricsRoute } from './metrics-route';
import type { MetricsSource } from './metrics-source';
import { ignoreEarlyEnd, type MetricsResponse } from './node-response';
import { Refusal } from './refusal';
import { endWhenStalled, MAX_STALL_MS } from './stalled-reader';

/**
 * Writes the answer of a route. When the client gives up, so do we: the signal aborts, and nothing is written.
 *
 * @throws Refusal where so many clients read long answers that one more would cost too much memory
 */
export async function respond(
  response: MetricsResponse,
  request: MetricsRequest,
  route: MetricsRoute,
  source: MetricsSource,
): Promise<void> {
  const end = new AbortController();
  response.raw.once('close', () => end.abort());
  try {
    const answer = await route.answer(request, source, end.signal);
    if (end.signal.aborted) return;
    if (isLong(answer) && !source.longAnswers.admit(answer.body, end.signal)) throw tooManyReaders(response);
    await writeAnswer(response, request, answer);
  } catch (error) {
    if (!end.signal.aborted) throw error;
  }
}

/** Compressed where the client accepts it and the body is worth it. */
async function writeAnswer(response: MetricsResponse, { headers }: MetricsRequest, answer: MetricsAnswer) {
  const { contentType, body } = answer;
  const bytes = bytesOf(body);
  const gzipped = negotiateGzip(String(headers['accept-encoding'] ?? ''), bytes);
  response.status(200);
  response.header('Content-Type', contentType);
  response.header('X-Content-Type-Options', 'nosniff');
  response.header('Cache-Control', 'no-store');
  response.header('Vary', [response.getHeader('Vary'), 'Accept, Accept-Encoding'].filter(Boolean).join(', '));
  if (gzipped) response.header('Content-Encoding', 'gzip');
  if (isLong(answer) && !gzipped) response.header('Content-Length', String(bytes));
  const sent = isLong(answer) ? inPieces(body, gzipped) : await atOnce(body, gzipped);
  endWhenStalled(response.raw);
  response.send(sent);
}

/** From here on joining the pieces, and handing them to a socket, would keep the event loop. */
const LONG_BODY_BYTES = 1_048_576;

function isLong({ body }: MetricsAnswer): boolean {
  return bytesOf(body) >= LONG_BODY_BYTES;
}

/** By then those who do not read have been ended. */
function tooManyReaders(response: MetricsResponse): Refusal {
  response.header('Retry-After', String(MAX_STALL_MS / 1_000));
  return new Refusal(503, 'Too many clients are reading metrics at this time.');
}

const compress = promisify(gzip);

async function atOnce(pieces: readonly Buffer[], gzipped: boolean): Promise<Buffer> {
  const body = Buffer.concat(pieces);
  return gzipped ? compress(body) : body;
}

function inPieces(pieces: readonly Buffer[], gzipped: boolean): Readable {
  const body = Readable.from(inTurns(pieces), { highWaterMark: 1 });
  return gzipped ? pipeline(body, createGzip(), ignoreEarlyEnd) : body;
}

/** What is copied to sockets in some tenths of a millisecond. */
const BYTES_PER_TURN = 524_288;

/**
 * So many bytes for each turn of the event loop. Otherwise a socket whose client reads fast gets all of them in one turn,
 * which means megabytes to copy. One piece would be too few: the turns of a busy application are long.
 */
async function* inTurns(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  let bytes = 0;
  for (const piece of pieces) {
    yield piece;
    bytes += piece.length;
    if (bytes < BYTES_PER_TURN) continue;
    bytes = 0;
    await setImmediate();
  }
}
