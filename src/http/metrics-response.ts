import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { negotiateGzip } from './content-negotiation';
import type { MetricsAnswer, MetricsRequest } from './metrics-answer';

/** What an answer is written to; a reply of Fastify is one as it is. */
export interface MetricsResponse {
  /** The response of Node behind it. */
  readonly raw: ServerResponse;
  status(code: number): unknown;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  send(body: Buffer): unknown;
}

/** A response of Node; one of Express is one, and its own `send` would hash the whole body for an ETag. */
export function nodeResponse(raw: ServerResponse): MetricsResponse {
  return {
    raw,
    status: (code) => (raw.statusCode = code),
    getHeader: (name) => raw.getHeader(name),
    header: (name, value) => raw.setHeader(name, value),
    // Of an empty answer, 304 say, it is not known how long what it stands for is.
    send: (body) => (body.length === 0 ? raw.end() : raw.setHeader('Content-Length', body.length).end(body)),
  };
}

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

const compress = promisify(gzip);

/** Compressed where the client accepts it and the body is worth it. */
async function writeAnswer(
  response: MetricsResponse,
  { headers }: MetricsRequest,
  { contentType, body }: MetricsAnswer,
) {
  const gzipped = negotiateGzip(String(headers['accept-encoding'] ?? ''), body.length);
  response.status(200);
  response.header('Content-Type', contentType);
  response.header('X-Content-Type-Options', 'nosniff');
  response.header('Cache-Control', 'no-store');
  response.header('Vary', [response.getHeader('Vary'), 'Accept, Accept-Encoding'].filter(Boolean).join(', '));
  if (gzipped) response.header('Content-Encoding', 'gzip');
  response.send(gzipped ? await compress(body) : body);
}
