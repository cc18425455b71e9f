import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How the server answers one request. */
export type Answer = (response: ServerResponse) => void;

export interface SeenRequest {
  readonly path: string;
  readonly body: unknown;
}

/** A server on 127.0.0.1 that gives one answer after the other. */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  private readonly answers: Answer[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        scripted.seen.push({ path: request.url!, body: body === '' ? undefined : JSON.parse(body) });
        scripted.answers.shift()!(response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  answer(...answers: Answer[]): void {
    this.answers.push(...answers);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** An error is tried again at once, where the SDK tries it again. */
export function sendJson(body: object, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' });
    response.end(JSON.stringify(body));
  };
}

type StreamEnd = 'end' | 'drop' | 'wait';

/**
 * Events of a stream.
 *
 * @param end whether the stream then ends, breaks off, or waits for ever
 */
export function sendEvents(events: readonly object[], end: StreamEnd = 'end'): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events.map(textOf).join(''), () => {
      if (end === 'end') response.end('data: [DONE]\n\n');
      else if (end === 'drop') response.destroy();
    });
  };
}

/** Events of chat completions have no type. */
function textOf(event: { readonly type?: string }): string {
  const name = event.type === undefined ? '' : `event: ${event.type}\n`;
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}
