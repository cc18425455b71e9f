import Anthropic, { APIPromise } from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { trackedAnthropic } from 'nestjs-agent-metrics/anthropic';
import { ExecutionTracker, type Execution } from '../../src';
import { startApplication, type LiveApplication } from '../support/live-application';
import { message, messageEvents, overloaded, toolUse } from './support/anthropic-answers';
import { ScriptedServer, sendEvents, sendJson } from './support/scripted-server';

const ask = { model: 'claude-x', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] };
const prices = {
  'claude-x': {
    inputPerMillion: 1_000,
    cachedInputPerMillion: 100,
    cacheWritePerMillion: 1_250,
    cacheWrite1hPerMillion: 2_000,
    outputPerMillion: 5_000,
  },
};

let server: ScriptedServer;
let app: LiveApplication;
let client: Anthropic;

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.close());

beforeEach(async () => {
  app = await startApplication({ options: { pricing: prices } });
  client = trackedAnthropic(new Anthropic({ apiKey: 'k', baseURL: server.url }));
});
afterEach(() => app.module.close());

const calls = (): readonly Execution[] => app.collector.getHistory({ kind: 'model' });
const tokens = {
  calls: 1,
  inputTokens: 100,
  cachedInputTokens: 40,
  cacheWriteTokens: 30,
  outputTokens: 50,
  reasoningTokens: 20,
};
const counted = {
  model: 'claude-x',
  provider: 'anthropic',
  status: 'success',
  retries: 0,
  tokenUsage: tokens,
  // 30 of input, 40 cached, 20 written for five minutes, 10 for an hour, 50 of output.
  costUsd: 0.03 + 0.004 + 0.025 + 0.02 + 0.25,
};

/** Reads a stream, 10 ms an event. */
async function read<Event extends { type: string }>(stream: AsyncIterable<Event>, last?: string): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) {
    events.push(event);
    if (event.type === last) break;
    app.clock.advance(10);
  }
  return events;
}

describe('A tracked Anthropic client', () => {
  it('counts a message, with its tokens', async () => {
    server.answer(sendJson(message()));
    const promise = client.messages.create(ask);
    expect(promise).toBeInstanceOf(APIPromise);
    await expect(promise).resolves.toMatchObject({ content: [{ text: 'Hello' }] });
    expect(calls()).toMatchObject([counted]);
  });

  it('counts what withResponse(), parse() and the beta give', async () => {
    server.answer(...[1, 2, 3].map(() => sendJson(message('{"answer":42}'))));
    const { response } = await client.messages.create(ask).withResponse();
    expect(response.status).toBe(200);
    await client.messages.parse(ask);
    await client.beta.messages.create(ask);
    expect(calls()).toMatchObject([counted, counted, counted]);
  });

  it('counts a raw response as it comes, without its tokens', async () => {
    server.answer(sendJson(message()));
    const response = await client.messages.create(ask).asResponse();
    expect(calls()).toMatchObject([{ status: 'success', tokenUsage: undefined }]);
    await expect(response.json()).resolves.toMatchObject({ id: 'm' });
  });

  it('counts each turn of a tool runner under the agent', async () => {
    server.answer(sendJson(toolUse('rain')), sendJson(message()));
    const rain = betaTool({
      name: 'rain',
      description: '',
      inputSchema: { type: 'object', properties: {} },
      run: () => 'yes',
    });
    await app.module
      .get(ExecutionTracker)
      .trackAgent('weather', async () => client.beta.messages.toolRunner({ ...ask, tools: [rain] }));
    const call = { ...counted, agentId: 'weather' };
    expect(calls()).toMatchObject([call, call]);
  });

  it('counts neither tokens that are counted nor batches', async () => {
    server.answer(sendJson({ input_tokens: 5 }), sendJson({ id: 'b' }));
    await client.messages.countTokens(ask);
    await client.messages.batches.create({ requests: [{ custom_id: 'a', params: ask }] });
    expect(calls()).toEqual([]);
  });

  it('is tracked in its copies, and once', async () => {
    server.answer(sendJson(message()), sendJson(message()));
    await trackedAnthropic(client).withOptions({ maxRetries: 0 }).messages.create(ask);
    await client.messages.create(ask);
    expect(calls()).toMatchObject([counted, counted]);
  });

  it('names the provider of a client by its class', async () => {
    class AnthropicVertex extends Anthropic {}
    server.answer(sendJson(message()), sendJson(message()));
    for (const provider of [undefined, 'own']) {
      const cloud = trackedAnthropic(new AnthropicVertex({ apiKey: 'k', baseURL: server.url }), { provider });
      await cloud.messages.create(ask);
    }
    expect(calls().map(({ provider }) => provider)).toEqual(['own', 'vertex']);
  });

  it('counts its retries', async () => {
    server.answer(sendJson(overloaded, 529), sendJson(overloaded, 500), sendJson(message()));
    await client.messages.create(ask);
    expect(calls()).toMatchObject([{ ...counted, retries: 2 }]);
  });

  it('counts the retries of a middleware', async () => {
    server.answer(sendJson(overloaded, 529), sendJson(message()));
    const patient = client.withOptions({
      middleware: [
        async (request, next) => {
          const response = await next(request);
          return response.ok ? response : next(request);
        },
      ],
    });
    await patient.messages.create(ask);
    expect(calls()).toMatchObject([{ ...counted, retries: 1 }]);
  });

  it('counts an HTTP error with its status', async () => {
    server.answer(sendJson(overloaded, 400));
    await expect(client.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    expect(calls()).toMatchObject([{ status: 'error', errorType: 'BadRequestError', httpStatus: 400 }]);
  });

  it('fails with what the SDK throws at once', () => {
    expect(() => client.messages.create({ ...ask, max_tokens: 1_000_000 })).toThrow(Anthropic.AnthropicError);
    expect(calls()).toMatchObject([{ status: 'error', errorType: 'AnthropicError' }]);
  });
});

describe('A streamed message', () => {
  it('counts until its end, with its first token and its tokens', async () => {
    server.answer(sendEvents(messageEvents()));
    const events = await read(await client.messages.create({ ...ask, stream: true }));
    expect(events).toEqual(messageEvents());
    expect(calls()).toMatchObject([{ ...counted, durationMs: 70, timeToFirstChunkSeconds: 0.02 }]);
  });

  it('counts through the helper stream()', async () => {
    server.answer(sendEvents(messageEvents()));
    await expect(client.messages.stream(ask).finalText()).resolves.toBe('Hello');
    expect(calls()).toMatchObject([counted]);
  });

  it('is cancelled where its reader leaves it, with the tokens so far', async () => {
    server.answer(sendEvents(messageEvents().slice(0, 3), 'wait'));
    await read(await client.messages.create({ ...ask, stream: true }), 'content_block_delta');
    expect(calls()).toMatchObject([
      { status: 'cancelled', durationMs: 20, tokenUsage: { inputTokens: 100, outputTokens: 1, reasoningTokens: 0 } },
    ]);
  });

  it.each(['message_delta', 'message_stop'])('succeeds where its reader leaves with %s', async (last) => {
    server.answer(sendEvents(messageEvents(), 'wait'));
    await read(await client.messages.create({ ...ask, stream: true }), last);
    expect(calls()).toMatchObject([counted]);
  });

  it('is cancelled where it is aborted', async () => {
    server.answer(sendEvents(messageEvents().slice(0, 4), 'wait'));
    const stream = client.messages.stream(ask);
    stream.once('text', () => stream.abort());
    await expect(stream.done()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(calls()).toMatchObject([{ status: 'cancelled' }]);
  });

  it.each([
    ['an error in it', 'APIError', () => sendEvents([...messageEvents().slice(0, 3), overloaded])],
    ['the connection', 'TypeError', () => sendEvents(messageEvents().slice(0, 3), 'drop')],
  ])('fails with %s', async (_what, errorType, answer) => {
    server.answer(answer());
    await expect(read(await client.messages.create({ ...ask, stream: true }))).rejects.toThrow();
    expect(calls()).toMatchObject([{ status: 'error', errorType, tokenUsage: { inputTokens: 100 } }]);
  });
});
