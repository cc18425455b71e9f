import OpenAI from 'openai';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import type { Execution } from '../../src';
import { collectGarbageUntil } from '../support/garbage-collector';
import { startApplication, type LiveApplication } from '../support/live-application';
import { chatChunk, promptUsage, responseEvents, usageChunk } from './support/openai-answers';
import { ScriptedServer, sendEvents } from './support/scripted-server';

const IDLE_MS = 600_000;
const chat = { model: 'gpt-x', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true as const };
const hello = [
  chatChunk({ role: 'assistant', content: '' }),
  chatChunk({ content: 'Hel' }),
  chatChunk({ content: 'lo' }),
];
const whole = [...hello, chatChunk({}, 'stop'), usageChunk()];

let server: ScriptedServer;
let app: LiveApplication;
let client: OpenAI;

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.close());

beforeEach(async () => {
  app = await startApplication();
  client = trackedOpenAI(new OpenAI({ apiKey: 'k', baseURL: server.url }));
});
afterEach(() => app.module.close());

const calls = (): readonly Execution[] => app.collector.getHistory({ kind: 'model' });
const counted = { model: 'gpt-x', provider: 'openai', status: 'success', retries: 0 };
const tokens = { calls: 1, inputTokens: 100, cachedInputTokens: 40, outputTokens: 50, reasoningTokens: 20 };

/** Reads a stream, 10 ms an item. */
async function read<Item>(stream: AsyncIterable<Item>, isLast: (item: Item) => unknown = () => false): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) {
    items.push(item);
    if (isLast(item)) break;
    app.clock.advance(10);
  }
  return items;
}

describe('A streamed chat completion', () => {
  it('counts until its end, with its first token and its tokens', async () => {
    server.answer(sendEvents(whole));
    const chunks = await read(await client.chat.completions.create(chat));
    expect(chunks).toMatchObject(whole);
    expect(calls()).toMatchObject([{ ...counted, durationMs: 50, timeToFirstChunkSeconds: 0.01, tokenUsage: tokens }]);
  });

  it.each([
    ['a refusal', { refusal: 'No.' }],
    ['a tool call', { tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '' } }] }],
    ['reasoning of a compatible server', { reasoning_content: 'Hm.' }],
  ])('has its first token with %s', async (_what, delta) => {
    server.answer(sendEvents([chatChunk({ role: 'assistant', content: '' }), chatChunk(delta), chatChunk({}, 'stop')]));
    await read(await client.chat.completions.create(chat));
    expect(calls()).toMatchObject([{ ...counted, timeToFirstChunkSeconds: 0.01 }]);
  });

  it('counts without usage where the request does not ask for it', async () => {
    server.answer(sendEvents(whole.slice(0, -1)));
    await read(await client.chat.completions.create(chat));
    expect(server.seen.at(-1)!.body).toEqual(chat);
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: undefined }]);
    expect(app.collector.getModelMetrics('gpt-x')).toMatchObject({ callsWithoutUsage: 1 });
  });

  it('counts the last of tokens that are reported again and again', async () => {
    const report = (completion_tokens: number) => ({
      ...chatChunk({ content: 'x' }),
      usage: { ...promptUsage, completion_tokens },
    });
    server.answer(sendEvents([report(30), report(50)]));
    await read(await client.chat.completions.create(chat));
    expect(calls()).toMatchObject([{ tokenUsage: tokens }]);
  });

  it('is cancelled where its reader leaves it', async () => {
    server.answer(sendEvents(hello, 'wait'));
    const stream = await client.chat.completions.create(chat);
    await read(stream, ({ choices }) => choices[0]!.delta.content === 'Hel');
    expect(stream.controller.signal.aborted).toBe(true);
    expect(calls()).toMatchObject([{ status: 'cancelled', durationMs: 10 }]);
  });

  it('succeeds where its reader leaves once the model has finished', async () => {
    server.answer(sendEvents(whole));
    await read(await client.chat.completions.create(chat), ({ choices }) => choices[0]?.finish_reason);
    expect(calls()).toMatchObject([counted]);
  });

  it('has finished with the last of several choices', async () => {
    const choices = [chatChunk({ content: 'a' }, 'stop', 0), chatChunk({ content: 'b' }, 'stop', 1)];
    server.answer(sendEvents([choices[0]!], 'wait'), sendEvents(choices, 'wait'));
    for (const last of [0, 1]) {
      const stream = await client.chat.completions.create({ ...chat, n: 2 });
      await read(stream, (chunk) => chunk.choices[0]!.index === last);
    }
    expect(calls()).toMatchObject([{ status: 'success' }, { status: 'cancelled' }]);
  });

  it.each([
    ['by its own controller', { status: 'cancelled' }, undefined],
    ['by a signal', { status: 'cancelled' }, undefined],
    ['by a limit', { status: 'timeout', errorType: 'TimeoutError' }, new DOMException('Late.', 'TimeoutError')],
  ])('that is aborted %s ends quietly, and is not a success', async (how, ending, reason) => {
    const abort = new AbortController();
    server.answer(sendEvents(hello, 'wait'));
    const stream = await client.chat.completions.create(chat, { signal: abort.signal });
    const chunks = await read(stream, ({ choices: [choice] }) => {
      if (choice!.delta.content === 'lo') (how.includes('own') ? stream.controller : abort).abort(reason);
    });
    expect(chunks).toHaveLength(3);
    expect(calls()).toMatchObject([{ ...ending, durationMs: 30 }]);
  });

  it('is a timeout where its reader leaves it at a limit', async () => {
    const abort = new AbortController();
    server.answer(sendEvents(hello, 'wait'));
    await read(await client.chat.completions.create(chat, { signal: abort.signal }), ({ choices: [choice] }) => {
      if (choice!.delta.content === 'Hel') abort.abort(new DOMException('Late.', 'TimeoutError'));
      return abort.signal.aborted;
    });
    expect(calls()).toMatchObject([{ status: 'timeout', durationMs: 10 }]);
  });

  it('succeeds where it is aborted once the model has finished', async () => {
    server.answer(sendEvents(whole.slice(0, -1), 'wait'));
    const stream = await client.chat.completions.create(chat);
    await read(stream, ({ choices }) => {
      if (choices[0]?.finish_reason) stream.controller.abort();
    });
    expect(calls()).toMatchObject([counted]);
  });

  it('fails where the connection breaks', async () => {
    server.answer(sendEvents(hello, 'drop'));
    await expect(read(await client.chat.completions.create(chat))).rejects.toThrow();
    expect(calls()).toMatchObject([{ status: 'error', timeToFirstChunkSeconds: expect.any(Number) as number }]);
  });

  it('fails with an error in it', async () => {
    server.answer(sendEvents([...hello, { error: { message: 'Overloaded.', code: 'busy' } }]));
    await expect(read(await client.chat.completions.create(chat))).rejects.toBeInstanceOf(OpenAI.APIError);
    expect(calls()).toMatchObject([{ status: 'error', errorType: 'APIError' }]);
  });

  it('counts once where two branches read it', async () => {
    server.answer(sendEvents(whole));
    const [left, right] = (await client.chat.completions.create(chat)).tee();
    await Promise.all([read(left), read(right)]);
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('counts as a web stream', async () => {
    server.answer(sendEvents(whole));
    const stream = (await client.chat.completions.create(chat)).toReadableStream();
    await read(stream as AsyncIterable<unknown>);
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('counts through the helper stream()', async () => {
    server.answer(sendEvents(whole));
    const runner = client.chat.completions.stream({ ...chat, stream_options: { include_usage: true } });
    await expect(runner.finalContent()).resolves.toBe('Hello');
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('goes on where somebody else tries to read it, too', async () => {
    server.answer(sendEvents(whole));
    const stream = await client.chat.completions.create(chat);
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content === 'Hel') await expect(read(stream)).rejects.toThrow('consumed');
    }
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });
});

describe('A streamed chat completion that nobody reads', () => {
  const ask = async () => {
    server.answer(sendEvents(hello, 'wait'));
    return client.chat.completions.create(chat);
  };

  it('is cancelled when it is dropped', async () => {
    await ask();
    await collectGarbageUntil(() => app.collector.getRunning().length === 0);
    expect(calls()).toMatchObject([{ status: 'cancelled' }]);
  });

  it('is cancelled when its reader is dropped half-way', async () => {
    await (async () => (await ask())[Symbol.asyncIterator]().next())();
    await collectGarbageUntil(() => app.collector.getRunning().length === 0);
    expect(calls()).toMatchObject([{ status: 'cancelled' }]);
  });

  it('is let go when its reader has stopped half-way', async () => {
    const stop = async () => {
      const iterator = (await ask())[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.return!();
      return new WeakRef(iterator);
    };
    const reader = await stop();
    expect(calls()).toMatchObject([{ status: 'cancelled' }]);
    await collectGarbageUntil(() => reader.deref() === undefined);
    expect(reader.deref()).toBeUndefined();
  });

  it('is cancelled when it has been idle for long', async () => {
    const stream = await ask();
    app.clock.advance(IDLE_MS);
    expect(calls()).toMatchObject([{ status: 'cancelled', durationMs: 0 }]);
    stream.controller.abort();
  });

  it('is not idle while the model thinks', async () => {
    const iterator = (await ask())[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i += 1) await iterator.next();
    const step = iterator.next();
    app.clock.advance(3 * IDLE_MS);
    expect(app.collector.getRunning()).toHaveLength(1);
    await app.module.close();
    app = await startApplication();
    void step.catch(() => {});
  });
});

describe('A streamed response', () => {
  const request = { model: 'gpt-x', input: 'Hi', stream: true as const };

  it('counts until its end, with its first token and its tokens', async () => {
    server.answer(sendEvents(responseEvents()));
    const events = await read(await client.responses.create(request));
    expect(events).toEqual(responseEvents());
    expect(calls()).toMatchObject([{ ...counted, durationMs: 70, timeToFirstChunkSeconds: 0.02, tokenUsage: tokens }]);
  });

  it('succeeds where its reader leaves with the last event', async () => {
    server.answer(sendEvents(responseEvents(), 'wait'));
    await read(await client.responses.create(request), ({ type }) => type === 'response.completed');
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('fails with a response that fails', async () => {
    server.answer(sendEvents(responseEvents('failed')));
    await read(await client.responses.create(request));
    expect(calls()).toMatchObject([{ status: 'error', errorType: 'server_error', tokenUsage: tokens }]);
  });

  it('fails with an event that says so', async () => {
    const error = { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down.', param: null };
    server.answer(sendEvents([...responseEvents().slice(0, 3), error]));
    await read(await client.responses.create(request));
    expect(calls()).toMatchObject([{ status: 'error', errorType: 'rate_limit_exceeded' }]);
  });

  it('counts through the helper stream()', async () => {
    server.answer(sendEvents(responseEvents()));
    const response = await client.responses.stream({ model: 'gpt-x', input: 'Hi' }).finalResponse();
    expect(response.output_text).toBe('Hello');
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });
});
