import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chatCompletions } from './chat-completions.protocol';
import { messages } from './messages.protocol';
import type { Answer, Protocol, StreamEvent } from './protocol';
import { responses } from './responses.protocol';
import { ANSWER_MS, PIECE_MS, type Run } from './run';
import { piecesOf, type Turn } from './script';

const PROTOCOLS: readonly Protocol[] = [chatCompletions, responses, messages];
const NO_TOKENS = { input: 0, output: 0 };

interface Request {
  readonly run: Run;
  readonly protocol: Protocol;
  readonly model: string;
  readonly streams: boolean;
}

/** A server on loopback whose models do what scripts say, in the protocols of OpenAI and of Anthropic. */
export class FakeProvider {
  private readonly runs: Run[] = [];
  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.answer(request, response);
    });
  }

  static async listen(): Promise<FakeProvider> {
    const server = createServer();
    const provider = new FakeProvider(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  /** Where the models of a run are. */
  urlOf(run: Run): string {
    if (!this.runs.includes(run)) this.runs.push(run);
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${this.runs.indexOf(run)}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { run, protocol } = this.route(message.url ?? '');
    const turn = run?.take();
    if (run === undefined || protocol === undefined || turn === undefined) return void response.writeHead(404).end();
    const body = JSON.parse(await textOf(message)) as { model: string; stream?: boolean };
    await respond(response, turn, { run, protocol, model: body.model, streams: body.stream === true });
  }

  private route(url: string): { run: Run | undefined; protocol: Protocol | undefined } {
    const run = this.runs[Number(/^\/(\d+)\//.exec(url)?.[1])];
    return { run, protocol: PROTOCOLS.find(({ path }) => url.replace(/\?.*/, '').endsWith(path)) };
  }
}

async function respond(response: ServerResponse, turn: Turn, request: Request): Promise<void> {
  const { run, protocol } = request;
  switch (turn.does) {
    case 'waits':
      return run.abort();
    case 'refuses':
      run.clock.advance(ANSWER_MS);
      // As good as at once, for the clients that ask again.
      return send(response, turn.status, protocol.refusal(turn.status), { 'retry-after-ms': '1' });
    case 'breaks':
      return stream(response, request, answerOf(request.model, turn), turn.afterPieces);
    default:
      if (request.streams) return stream(response, request, answerOf(request.model, turn));
      run.clock.advance(ANSWER_MS);
      return send(response, 200, protocol.whole(answerOf(request.model, turn)));
  }
}

function answerOf(model: string, turn: Turn): Answer {
  const text = 'text' in turn ? turn.text : '';
  const calls = 'calls' in turn ? turn.calls : [];
  return { model, text, calls, tokens: 'tokens' in turn ? turn.tokens : NO_TOKENS };
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** @param breaksAfter pieces, with the end of the connection */
async function stream(response: ServerResponse, request: Request, answer: Answer, breaksAfter?: number): Promise<void> {
  const { run, protocol } = request;
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  const read = run.pieces.length;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  run.clock.advance(PIECE_MS);
  write(response, protocol.opening(answer));
  for (const [i, piece] of piecesOf(answer.text).entries()) {
    if (i === breaksAfter) return void response.destroy();
    if (i > 0) run.clock.advance(PIECE_MS);
    if (piece !== '') write(response, protocol.piece(piece));
    if (piece !== '') await run.received(read + i + 1, gone);
    // What is never read has no end.
    if (run.isLeft) return gone;
  }
  write(response, protocol.closing(answer));
  response.end();
}

function write(response: ServerResponse, events: readonly StreamEvent[]): void {
  for (const { event, data } of events) {
    const name = event === undefined ? '' : `event: ${event}\n`;
    response.write(`${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message) text += String(chunk);
  return text;
}
