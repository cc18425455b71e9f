import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { negotiateGzip } from './content-negotiation';
import type { MetricsAnswer, MetricsRequest } from './metrics-answer';

/** At once, or piece by piece. */
export type MetricsBody = Buffer | Readable;

/** What an answer is written to; a reply of Fastify is one as it is. */
export interface MetricsResponse {
  /** The response of Node behind it. */
  readonly raw: ServerResponse;
  status(code: number): unknown;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  send(body: MetricsBody): unknown;
}

/** A response of Node; one of Express is one, and its own `send` would hash the whole body for an ETag. */
export function nodeResponse(raw: ServerResponse): MetricsResponse {
  return {
    raw,
    status: (code) => (raw.statusCode = code),
    getHeader: (name) => raw.getHeader(name),
    header: (name, value) => raw.setHeader(name, value),
    send: (body) => (body instanceof Readable ? pipeline(body, raw, ignoreEarlyEnd) : sendAtOnce(raw, body)),
  };
}

/** Of an empty answer, 304 say, it is not known how long what it stands for is. */
function sendAtOnce(raw: ServerResponse, body: Buffer): void {
  if (body.length > 0) raw.setHeader('Content-Length', body.length);
  raw.end(body);
}

/** Whatever ends it: the client has gone, or sees that the answer is cut short. Nobody else can be told. */
function ignoreEarlyEnd(): void {}

/** Writes the answer that `answer` makes. When the client gives up, so do we: the signal aborts, and nothing is written. */
export async function respond(
  response: MetricsResponse,
  request: MetricsRequest,
  answer: (signal: AbortSignal) => Promise<MetricsAnswer>,
): Promise<void> {
  const client = new AbortController();
  response.raw.once('close', () => client.abort());
  try {
    const made = await answer(client.signal);
    if (!client.signal.aborted) await writeAnswer(response, request, made);
  } catch (error) {
    if (!client.signal.aborted) throw error;
  }
}

/** Compressed where the client accepts it and the body is worth it. */
async function writeAnswer(
  response: MetricsResponse,
  { headers }: MetricsRequest,
  { contentType, body }: MetricsAnswer,
) {
  const bytes = body.reduce((sum, { length }) => sum + length, 0);
  const gzipped = negotiateGzip(String(headers['accept-encoding'] ?? ''), bytes);
  response.status(200);
  response.header('Content-Type', contentType);
  response.header('X-Content-Type-Options', 'nosniff');
  response.header('Cache-Control', 'no-store');
  response.header('Vary', [response.getHeader('Vary'), 'Accept, Accept-Encoding'].filter(Boolean).join(', '));
  if (gzipped) response.header('Content-Encoding', 'gzip');
  const isLong = bytes >= LONG_BODY_BYTES;
  if (isLong && !gzipped) response.header('Content-Length', String(bytes));
  response.send(isLong ? inPieces(body, gzipped) : await atOnce(body, gzipped));
}

/** From here on joining the pieces, and handing them to a socket, would keep the event loop. */
const LONG_BODY_BYTES = 1_048_576;

const compress = promisify(gzip);

async function atOnce(pieces: readonly Buffer[], gzipped: boolean): Promise<Buffer> {
  const body = Buffer.concat(pieces);
  return gzipped ? compress(body) : body;
}

function inPieces(pieces: readonly Buffer[], gzipped: boolean): Readable {
  const body = Readable.from(pieces);
  return gzipped ? pipeline(body, createGzip(), ignoreEarlyEnd) : body;
}
