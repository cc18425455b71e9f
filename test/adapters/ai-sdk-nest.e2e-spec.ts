import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { Controller, Get, Injectable, Res, Sse, type MessageEvent } from '@nestjs/common';
import { streamText, wrapLanguageModel } from 'ai';
import { MetricsModule, TrackAgent } from 'nestjs-agent-metrics';
import { agentMetricsMiddleware } from 'nestjs-agent-metrics/ai-sdk';
import { ManualClock } from 'nestjs-agent-metrics/testing';
import { from, map, type Observable } from 'rxjs';
import { ADAPTERS, TestApp } from '../support/test-app';
import { delta, finish, modelOf6, PartSource, TOKENS, type Part } from './ai-sdk/fake-models';

/** Of Express and of Fastify. */
type AnyResponse = ServerResponse | { readonly raw: ServerResponse };
const rawOf = (response: AnyResponse): ServerResponse => ('raw' in response ? response.raw : response);

const WHOLE = [delta('Hel'), delta('lo'), { type: 'text-end', id: '1' }, finish()];
const ENDLESS = [delta('Hel'), delta('lo'), 'open'] as const;

@Injectable()
class Writer {
  constructor(private readonly clock: ManualClock) {}

  write(parts: readonly Part[], abortSignal?: AbortSignal) {
    const model = modelOf6({ streams: [new PartSource(this.clock, parts)] });
    const middleware = agentMetricsMiddleware();
    return streamText({ model: wrapLanguageModel({ model, middleware }), prompt: 'Hi', abortSignal });
  }
}

let closed: Promise<unknown>;

@Controller()
class ChatController {
  constructor(private readonly writer: Writer) {}

  @Get('messages')
  @TrackAgent('writer')
  messages(@Res() response: AnyResponse) {
    void this.writer.write(WHOLE).pipeUIMessageStreamToResponse(rawOf(response));
  }

  @Get('text')
  @TrackAgent('writer')
  text(@Res() response: AnyResponse) {
    void this.writer.write(WHOLE).pipeTextStreamToResponse(rawOf(response));
  }

  @Get('left-with-signal')
  @TrackAgent('writer')
  leftWithSignal(@Res() response: AnyResponse) {
    const controller = new AbortController();
    const raw = rawOf(response).on('close', () => controller.abort());
    void this.writer.write(ENDLESS, controller.signal).pipeUIMessageStreamToResponse(raw);
  }

  @Get('left-without-signal')
  @TrackAgent('writer')
  leftWithoutSignal(@Res() response: AnyResponse) {
    const raw = rawOf(response);
    closed = once(raw, 'close');
    void this.writer.write(ENDLESS).pipeTextStreamToResponse(raw);
  }

  @Sse('events')
  @TrackAgent('writer')
  events(): Observable<MessageEvent> {
    return from(this.writer.write(WHOLE).textStream).pipe(map((data) => ({ data })));
  }
}

/** As `@nestjs/bullmq` calls it. */
@Injectable()
class WriterProcessor {
  constructor(private readonly writer: Writer) {}

  @TrackAgent('worker')
  async process(): Promise<string> {
    let text = '';
    for await (const piece of this.writer.write(WHOLE).textStream) text += piece;
    return text;
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe.each(ADAPTERS)('The AI SDK in a Nest application (%s)', (_name, adapter) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await TestApp.start(
      {
        imports: [MetricsModule.forRoot({ endpoint: false })],
        controllers: [ChatController],
        providers: [Writer, WriterProcessor],
      },
      { adapter },
    );
  });

  /** The agent, then its model. */
  const records = () =>
    app.collector
      .getHistory()
      .map(({ kind, agentId, status, tokenUsage }) => ({ kind, agentId, status, tokenUsage }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1));
  const allEnded = async () => {
    while (app.collector.getRunning().length > 0) await tick();
  };
  const both = (agentId: string, status = 'success') => [
    { kind: 'agent', agentId, status },
    { kind: 'model', agentId, status, ...(status === 'success' && { tokenUsage: TOKENS }) },
  ];

  /** Reads the beginning of the answer, and goes. */
  async function readAndLeave(path: string): Promise<void> {
    const sent = request(app.url + path, { agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response, 'data');
    response.destroy();
  }

  it.each([
    ['messages', '"delta":"Hel"'],
    ['text', 'Hello'],
    ['events', 'data: lo'],
  ])('counts the model that answers GET /%s under the agent of the handler', async (path, text) => {
    const response = await app.fetch(`/${path}`);

    expect(await response.text()).toContain(text);
    await allEnded();
    expect(records()).toMatchObject(both('writer'));
  });

  it('counts as cancelled what is aborted as the client leaves', async () => {
    await readAndLeave('/left-with-signal');
    await allEnded();

    expect(records()).toMatchObject(both('writer', 'cancelled'));
  });

  it('counts as cancelled what a client has left, once it has been idle', async () => {
    await readAndLeave('/left-without-signal');
    await closed;
    app.clock.advance(600_000);
    await allEnded();

    expect(records()).toMatchObject(both('writer', 'cancelled'));
    expect(app.collector.getModelMetrics('gpt-x')).toMatchObject({ inProgress: 0 });
  });

  it('counts the model of a queue worker under its agent', async () => {
    await expect(app.nest.get(WriterProcessor).process()).resolves.toBe('Hello');

    expect(records()).toMatchObject(both('worker'));
  });
});
