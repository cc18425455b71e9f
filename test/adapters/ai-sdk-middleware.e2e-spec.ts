import { APICallError, generateObject, generateText, streamObject, streamText, wrapLanguageModel } from 'ai';
import * as ai5 from 'ai-5';
import { ExecutionTracker, startExecution } from 'nestjs-agent-metrics';
import { agentMetricsMiddleware } from 'nestjs-agent-metrics/ai-sdk';
import { z } from 'zod';
import { collectGarbageUntil } from '../support/garbage-collector';
import { startApplication, type LiveApplication } from '../support/live-application';
import {
  answer,
  delta,
  finish,
  FLAT_USAGE,
  modelOf5,
  modelOf6,
  PartSource,
  TOKENS,
  type Part,
} from './ai-sdk/fake-models';

let application: LiveApplication;
beforeEach(async () => {
  application = await startApplication();
});
afterEach(() => application.module.close());

const tick = () => new Promise((resolve) => setImmediate(resolve));
const models = () => application.collector.getHistory({ kind: 'model' });
const source = (...parts: Part[]) => new PartSource(application.clock, parts);
const prompt = 'Hi';
const quiet = { onError() {} };

const wrapped = (setup: Parameters<typeof modelOf6>[0]) =>
  wrapLanguageModel({ model: modelOf6(setup), middleware: agentMetricsMiddleware() });
const wrapped5 = (setup: Parameters<typeof modelOf5>[0]) =>
  ai5.wrapLanguageModel({ model: modelOf5(setup), middleware: agentMetricsMiddleware() });

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe('The middleware, with AI SDK 6', () => {
  it('counts a call under the running agent, with its tokens', async () => {
    const tracker = application.module.get(ExecutionTracker);
    const { text } = await tracker.trackAgent('writer', () =>
      generateText({ model: wrapped({ answers: [answer('Hello')] }), prompt }),
    );

    expect(text).toBe('Hello');
    expect(models()).toMatchObject([
      { model: 'gpt-x', provider: 'openai', agentId: 'writer', status: 'success', tokenUsage: TOKENS },
    ]);
  });

  it('counts each attempt', async () => {
    const refusal = new APICallError({
      message: 'Slow down.',
      url: '',
      requestBodyValues: {},
      statusCode: 429,
      responseHeaders: { 'retry-after-ms': '1' },
    });
    await generateText({ model: wrapped({ answers: [refusal, answer('Hello')] }), prompt });

    expect(models()).toMatchObject([
      { status: 'success', retries: 0 },
      { status: 'error', errorType: 'AI_APICallError', httpStatus: 429 },
    ]);
  });

  it.each([
    [{ type: 'text-delta', id: '1', delta: 'H' }, 30],
    [{ type: 'reasoning-delta', id: '1', delta: 'H' }, 30],
    [{ type: 'tool-input-start', id: '1', toolName: 'search' }, 30],
    [{ type: 'tool-input-delta', id: '1', delta: '{' }, 30],
    [{ type: 'tool-call', toolCallId: '1', toolName: 'search', input: '{}', providerExecuted: true }, 30],
    [{ type: 'file', mediaType: 'text/plain', data: 'SGk=' }, 30],
    [{ type: 'response-metadata', id: '1' }, 40],
  ])('takes %p for a token, or not', async (part, firstMs) => {
    const model = wrapped({ streams: [source(part, delta('i'), finish())] });
    const { stream } = await model.doStream({ prompt: [] });
    await readAll(stream);

    expect(models()).toMatchObject([
      { status: 'success', durationMs: 50, timeToFirstChunkSeconds: firstMs / 1_000, tokenUsage: TOKENS },
    ]);
  });

  it('hands on the same parts, and reads none ahead', async () => {
    const parts = [delta('Hel'), delta('lo'), finish()];
    const made = source(...parts);
    const { stream } = await wrapped({ streams: [made] }).doStream({ prompt: [] });
    const reader = stream.getReader();
    await tick();
    expect(made.made).toBe(0);

    for (const expected of [undefined, undefined, ...parts]) {
      const { value } = await reader.read();
      if (expected !== undefined) expect(value).toBe(expected);
    }
    expect(made.made).toBe(5);
    await expect(reader.read()).resolves.toEqual({ done: true, value: undefined });
  });

  it('makes a failure of a part that tells of an error, though the answer ends', async () => {
    const streams = [source(delta('Hel'), { type: 'error', error: new RangeError('It broke.') }, finish())];
    const result = streamText({ model: wrapped({ streams }), prompt, ...quiet });

    expect(await readAll(result.textStream)).toEqual(['Hel']);
    expect(models()).toMatchObject([{ status: 'error', errorType: 'RangeError', tokenUsage: TOKENS }]);
  });

  it.each([
    ['an error', new TypeError('It broke.'), 'TypeError'],
    ['undefined', undefined, undefined],
  ])('keeps the error of a stream that breaks with %s', async (_name, error, errorType) => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(error) }, { highWaterMark: 0 });
    const model = modelOf6({});
    model.doStream = async () => ({ stream: broken as never });
    const { stream } = await wrapLanguageModel({ model, middleware: agentMetricsMiddleware() }).doStream({
      prompt: [],
    });

    const caught = await stream
      .getReader()
      .read()
      .catch((reason: unknown) => ({ reason }));
    expect(caught).toEqual({ reason: error });
    expect(models()).toMatchObject([{ status: 'error', ...(errorType && { errorType }) }]);
  });

  it.each([
    ['gone', 'cancelled'],
    [new DOMException('Too late.', 'TimeoutError'), 'timeout'],
    [new Error('Enough.'), 'cancelled'],
  ])('cancels the stream with the reason %p, as %s', async (reason, status) => {
    const made = source(delta('Hel'), 'open');
    const { stream } = await wrapped({ streams: [made] }).doStream({ prompt: [] });
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel(reason);

    expect(made.cancelledWith).toBe(reason);
    expect(models()).toMatchObject([{ status, durationMs: 10 }]);
  });

  it.each([undefined, new RangeError('Enough.')])(
    'counts a stream that breaks by %p while nobody reads it',
    async (reason) => {
      const made = source(delta('Hel'), 'open');
      const controller = new AbortController();
      const { stream } = await wrapped({ streams: [made] }).doStream({ prompt: [], abortSignal: controller.signal });
      const reader = stream.getReader();
      await reader.read();
      controller.abort(reason);
      await tick();

      expect(models()).toMatchObject([{ status: 'cancelled', durationMs: 10 }]);
      await expect(reader.read()).rejects.toBe(controller.signal.reason);
    },
  );

  it('is cancelled with whatever a caller aborts it with', async () => {
    const reason = new RangeError('Enough.');
    const model = wrapped({ answers: [reason, reason] });
    const [aborted, abortSignal] = [AbortSignal.abort(reason), new AbortController().signal];
    for (const signal of [aborted, abortSignal])
      await expect(model.doGenerate({ prompt: [], abortSignal: signal })).rejects.toBe(reason);

    expect(models()).toMatchObject([{ status: 'error', errorType: 'RangeError' }, { status: 'cancelled' }]);
  });

  it('ends a stream that nobody can read any more', async () => {
    const leave = async () => {
      const streams = [source(delta('Hel'), delta('lo'), 'open')];
      for await (const text of streamText({ model: wrapped({ streams }), prompt }).textStream) {
        expect(text).toBe('Hel');
        break;
      }
    };
    await leave();
    expect(application.collector.getRunning()).toHaveLength(1);

    await collectGarbageUntil(() => application.collector.getRunning().length === 0);
    expect(models()).toMatchObject([{ status: 'cancelled', timeToFirstChunkSeconds: 0.03 }]);
  });

  it('lets go of a stream whose reader has stopped', async () => {
    const stop = async () => {
      const { stream } = await wrapped({ streams: [source(delta('Hel'), 'open')] }).doStream({ prompt: [] });
      await stream.cancel();
      return new WeakRef(stream);
    };
    const stream = await stop();
    expect(models()).toMatchObject([{ status: 'cancelled' }]);
    await collectGarbageUntil(() => stream.deref() === undefined);
    expect(stream.deref()).toBeUndefined();
  });

  it('ends a stream that is kept and not read any more, as of its last part', async () => {
    const { stream } = await wrapped({ streams: [source(delta('Hel'), 'open')] }).doStream({ prompt: [] });
    const reader = stream.getReader();
    await reader.read();
    application.clock.advance(600_000);

    expect(models()).toMatchObject([{ status: 'cancelled', durationMs: 0 }]);
    await reader.cancel();
  });

  it('counts objects', async () => {
    const schema = z.object({ a: z.number() });
    const { object } = await generateObject({ model: wrapped({ answers: [answer('{"a":1}')] }), schema, prompt });
    const streams = [source(delta('{"a":'), delta('2}'), finish())];
    const streamed = streamObject({ model: wrapped({ streams }), schema, prompt });
    await readAll(streamed.partialObjectStream);

    expect([object, await streamed.object]).toEqual([{ a: 1 }, { a: 2 }]);
    expect(models()).toMatchObject([
      { tokenUsage: TOKENS, timeToFirstChunkSeconds: 0.03 },
      { tokenUsage: TOKENS, timeToFirstChunkSeconds: undefined },
    ]);
  });

  it('is a part of a call that is counted already', async () => {
    const call = startExecution({ kind: 'model', name: 'asked-for' });
    await call.run(() => generateText({ model: wrapped({ answers: [answer('Hello')] }), prompt }));
    call.end();

    expect(models()).toMatchObject([{ model: 'asked-for', tokenUsage: TOKENS }]);
  });

  it('says that a model reports no tokens', async () => {
    await generateText({
      model: wrapped({ answers: [answer('Hello', { inputTokens: {}, outputTokens: {} })] }),
      prompt,
    });

    expect(application.collector.getModelMetrics('gpt-x')).toMatchObject({ callsWithoutUsage: 1 });
  });
});

describe('The middleware, with AI SDK 5', () => {
  const flatAnswer = (usage: unknown, providerMetadata?: unknown) => ({
    ...answer('Hello', usage),
    finishReason: 'stop',
    providerMetadata,
  });

  it.each([
    ['openai.chat', {}, { inputTokens: 30, cachedInputTokens: 10, cacheWriteTokens: 0, outputTokens: 7 }],
    [
      'anthropic.messages',
      { anthropic: { cacheCreationInputTokens: 5 } },
      { inputTokens: 45, cachedInputTokens: 10, cacheWriteTokens: 5, outputTokens: 7 },
    ],
    [
      'amazon-bedrock',
      { bedrock: { usage: { cacheWriteInputTokens: 6 } } },
      { inputTokens: 46, cachedInputTokens: 10, cacheWriteTokens: 6, outputTokens: 7 },
    ],
    ['google.generative-ai', {}, { inputTokens: 30, cachedInputTokens: 10, cacheWriteTokens: 0, outputTokens: 10 }],
  ])('reads the tokens that %s reports', async (provider, metadata, tokens) => {
    const answers = [flatAnswer(FLAT_USAGE, metadata)];
    const { text } = await ai5.generateText({ model: wrapped5({ provider, answers }), prompt });

    expect(text).toBe('Hello');
    expect(models()).toMatchObject([{ provider: provider.split('.')[0], tokenUsage: tokens }]);
  });

  it('counts a stream to its end', async () => {
    const end = { type: 'finish', finishReason: 'stop', usage: FLAT_USAGE };
    const streams = [source(delta('Hel'), delta('lo'), { type: 'text-end', id: '1' }, end)];
    const result = ai5.streamText({ model: wrapped5({ streams }), prompt });

    expect(await readAll(result.textStream)).toEqual(['Hel', 'lo']);
    expect(models()).toMatchObject([
      { status: 'success', timeToFirstChunkSeconds: 0.03, tokenUsage: { inputTokens: 30, reasoningTokens: 3 } },
    ]);
  });
});
