import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

/** What a server has answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Reads an answer to its end, over a connection that is kept, as Prometheus would. */
export async function httpGet(url: string): Promise<HttpAnswer> {
  const request = get(url, { headers: { accept: 'text/plain;version=0.0.4' } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode!, body: Buffer.concat(chunks) };
}
