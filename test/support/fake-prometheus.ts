import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A question as it came over the wire. */
export interface SeenQuestion {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

type Answer = (response: ServerResponse, question: SeenQuestion) => void;

/** What Prometheus answers where nothing is known. */
export const nothing: Answer = (response) =>
  json(response, { status: 'success', data: { resultType: 'vector', result: [] } });

export function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const open: FakePrometheus[] = [];

afterEach(async () => {
  for (const fake of open.splice(0)) await fake.stop();
});

/** Something that is asked in the place of a Prometheus. It is closed after the test. */
export class FakePrometheus {
  readonly seen: SeenQuestion[] = [];
  private readonly arrivals = new EventEmitter();

  private constructor(private readonly server: Server) {}

  static async start(answer: Answer): Promise<FakePrometheus> {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
      const question = { path: pathname, query: searchParams, headers: request.headers };
      fake.seen.push(question);
      answer(response, question);
      fake.arrivals.emit('arrival');
    });
    const fake = new FakePrometheus(server);
    open.push(fake);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Returns when so many questions have come. */
  async hasSeen(count: number): Promise<void> {
    while (this.seen.length < count) await once(this.arrivals, 'arrival');
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
