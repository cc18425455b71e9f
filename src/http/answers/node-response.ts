import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';

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

/** An empty answer, such as 304, does not tell the length of the body that it replaces. */
function sendAtOnce(raw: ServerResponse, body: Buffer): void {
  if (body.length > 0) raw.setHeader('Content-Length', body.length);
  raw.end(body);
}

/** The client has gone, or sees that the answer is cut short. */
export function ignoreEarlyEnd(): void {}
