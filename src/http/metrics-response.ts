import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { negotiateGzip } from './content-negotiation';
import type { MetricsAnswer, MetricsRequest } from './metrics-answer';

/** What an Express response and a Fastify reply have in common. */
export interface MetricsResponse {
  status(code: number): unknown;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  send(body: Buffer): unknown;
}

const compress = promisify(gzip);

/** Writes an answer, compressed where the client accepts it and the body is worth it. */
export async function writeAnswer(response: MetricsResponse, { headers }: MetricsRequest, answer: MetricsAnswer) {
  const body = Buffer.from(answer.body);
  const gzipped = negotiateGzip(String(headers['accept-encoding'] ?? ''), body.length);
  response.status(200);
  response.header('Content-Type', answer.contentType);
  response.header('Cache-Control', 'no-store');
  response.header('Vary', [response.getHeader('Vary'), 'Accept, Accept-Encoding'].filter(Boolean).join(', '));
  if (gzipped) response.header('Content-Encoding', 'gzip');
  // As bytes: Express would rewrite the content type of a text.
  response.send(gzipped ? await compress(body) : body);
}
