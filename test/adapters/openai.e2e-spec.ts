import OpenAI, { APIPromise, AzureOpenAI } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import { ExecutionTracker, type Execution } from '../../src';
import { startApplication, type LiveApplication } from '../support/live-application';
import { chatCompletion, embeddings, modelResponse, overloaded } from './support/openai-answers';
import { ScriptedServer, sendJson } from './support/scripted-server';

const IDLE_MS = 600_000;
const chat = { model: 'gpt-x', messages: [{ role: 'user' as const, content: 'Hi' }] };

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
afterEach(async () => {
  await app.module.close();
});

const calls = (): readonly Execution[] => app.collector.getHistory({ kind: 'model' });
const counted = { model: 'gpt-x', provider: 'openai', status: 'success', retries: 0 };
const tokens = {
  calls: 1,
  inputTokens: 100,
  cachedInputTokens: 40,
  cacheWriteTokens: 30,
  outputTokens: 50,
  reasoningTokens: 20,
};

describe('A tracked OpenAI client', () => {
  it('is the same client', () => {
    const own = new OpenAI({ apiKey: 'k' });
    const keys = Object.keys(own);
    expect(trackedOpenAI(own)).toBe(own);
    expect(Object.keys(own)).toEqual(keys);
  });

  it('counts a chat completion, with its tokens', async () => {
    server.answer(sendJson(chatCompletion()));
    const completion = await client.chat.completions.create(chat);
    expect(completion.choices[0]!.message.content).toBe('Hello');
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens, timeToFirstChunkSeconds: undefined }]);
  });

  it('counts a response', async () => {
    server.answer(sendJson(modelResponse()));
    const response = await client.responses.create({ model: 'gpt-x', input: 'Hi' });
    expect(response.output_text).toBe('Hello');
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('counts embeddings, which have no output', async () => {
    server.answer(sendJson(embeddings()));
    const { data } = await client.embeddings.create({ model: 'gpt-x', input: 'Hi' });
    expect(data[0]!.embedding).toEqual([0.5]);
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: { inputTokens: 8, outputTokens: 0 } }]);
  });

  it('counts each call of parallel ones under its own agent', async () => {
    const tracker = app.module.get(ExecutionTracker);
    server.answer(...[1, 2, 3].map(() => sendJson(chatCompletion())));
    await Promise.all(['a', 'b', 'c'].map((id) => tracker.trackAgent(id, () => client.chat.completions.create(chat))));
    expect(
      calls()
        .map(({ agentId }) => agentId)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
  });

  it('joins a model call around it', async () => {
    server.answer(sendJson(chatCompletion()));
    await app.module.get(ExecutionTracker).trackModel('mine', async () => {
      await client.chat.completions.create(chat);
    });
    expect(calls()).toMatchObject([{ model: 'mine', tokenUsage: tokens }]);
  });

  it('counts once where it was tracked twice', async () => {
    server.answer(sendJson(chatCompletion()));
    await trackedOpenAI(client, { provider: 'other' }).chat.completions.create(chat);
    expect(calls()).toMatchObject([counted]);
  });

  it('is tracked in its copies', async () => {
    server.answer(sendJson(chatCompletion()), sendJson(chatCompletion()));
    await client.withOptions({ timeout: 5_000 }).withOptions({ maxRetries: 0 }).chat.completions.create(chat);
    const other = trackedOpenAI(new OpenAI({ apiKey: 'k', baseURL: server.url }), { provider: 'groq' });
    await other.withOptions({ timeout: 5_000 }).chat.completions.create(chat);
    expect(calls().map(({ provider }) => provider)).toEqual(['groq', 'openai']);
  });

  it('counts a model that the request leaves open by the name in the answer', async () => {
    server.answer(sendJson(modelResponse()));
    await client.responses.create({ prompt: { id: 'p' } });
    expect(calls()).toMatchObject([{ model: 'gpt-x-2026', provider: 'openai' }]);
  });

  it('names the provider of a client by its class, also where that is inherited', async () => {
    class OwnAzure extends AzureOpenAI {}
    const azure = trackedOpenAI(new OwnAzure({ apiKey: 'k', endpoint: server.url, apiVersion: '1' }));
    server.answer(sendJson(chatCompletion()));
    await azure.chat.completions.create(chat);
    expect(calls()).toMatchObject([{ ...counted, provider: 'azure' }]);
  });

  it('counts nothing that runs in the background or was made before', async () => {
    server.answer(sendJson({ ...modelResponse(), status: 'queued' }), sendJson(modelResponse()));
    await client.responses.create({ model: 'gpt-x', input: 'Hi', background: true });
    await client.responses.retrieve('r');
    expect(calls()).toEqual([]);
  });
});

describe('The promise of a tracked OpenAI client', () => {
  it('is the one of the SDK', async () => {
    server.answer(sendJson(chatCompletion()));
    const promise = client.chat.completions.create(chat);
    expect(promise).toBeInstanceOf(APIPromise);
    expect(Object.keys(promise)).toEqual(['responsePromise', 'parseResponse']);
    const { data, response } = await promise.withResponse();
    expect([data.id, response.status]).toEqual(['c', 200]);
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('counts a raw response as it comes, without its tokens', async () => {
    server.answer(sendJson(chatCompletion()));
    const response = await client.chat.completions.create(chat).asResponse();
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: undefined }]);
    await expect(response.json()).resolves.toMatchObject({ id: 'c' });
  });

  it('counts what parse() understands', async () => {
    server.answer(sendJson(chatCompletion('{"answer":42}')));
    const format = zodResponseFormat(z.object({ answer: z.number() }), 'answer');
    const { choices } = await client.chat.completions.parse({ ...chat, response_format: format });
    expect(choices[0]!.message.parsed).toEqual({ answer: 42 });
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('counts the model as successful where its answer does not fit the schema', async () => {
    server.answer(sendJson(chatCompletion('{"answer":"none"}')));
    const format = zodResponseFormat(z.object({ answer: z.number() }), 'answer');
    await expect(client.chat.completions.parse({ ...chat, response_format: format })).rejects.toThrow(z.ZodError);
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: tokens }]);
  });

  it('counts each turn of runTools', async () => {
    const call = { id: 't', type: 'function', function: { name: 'rain', arguments: '{}' } };
    server.answer(sendJson(chatCompletion(null, { tool_calls: [call] })), sendJson(chatCompletion('It rains.')));
    const runner = client.chat.completions.runTools({
      ...chat,
      tools: [{ type: 'function', function: { name: 'rain', description: '', parameters: {}, function: () => 'yes' } }],
    });
    await expect(runner.finalContent()).resolves.toBe('It rains.');
    expect(calls()).toMatchObject([counted, counted]);
  });
});

describe('A call of a tracked OpenAI client that fails', () => {
  it('counts an HTTP error with its status', async () => {
    server.answer(sendJson(overloaded, 400));
    await expect(client.chat.completions.create(chat)).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    expect(calls()).toMatchObject([{ status: 'error', errorType: 'BadRequestError', httpStatus: 400, retries: 0 }]);
  });

  it.each([
    ['succeeds at last', 200, { status: 'success', errorType: undefined }],
    ['never succeeds', 500, { status: 'error', errorType: 'InternalServerError', httpStatus: 500 }],
  ])('counts its retries where it %s', async (_how, last, ending) => {
    server.answer(sendJson(overloaded, 429), sendJson(overloaded, 500), sendJson(chatCompletion(), last));
    await client.chat.completions.create(chat).catch(() => {});
    expect(calls()).toMatchObject([{ ...ending, retries: 2 }]);
    expect(app.collector.getModelMetrics('gpt-x')).toMatchObject({ executionCount: 1, retryCount: 2 });
  });

  it('counts retries where no async context is kept', async () => {
    await app.module.close();
    app = await startApplication({ options: { asyncContext: false } });
    server.answer(sendJson(overloaded, 429), sendJson(chatCompletion()));
    await client.chat.completions.create(chat);
    expect(calls()).toMatchObject([{ retries: 1, tokenUsage: tokens }]);
  });

  it('is cancelled where the caller aborts it', async () => {
    const abort = new AbortController();
    server.answer(() => abort.abort());
    const promise = client.chat.completions.create(chat, { signal: abort.signal });
    await expect(promise).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await expect(client.chat.completions.create(chat, { signal: abort.signal })).rejects.toThrow();
    expect(calls()).toMatchObject([{ status: 'cancelled' }, { status: 'cancelled' }]);
  });

  it('is a timeout at a limit of the SDK', async () => {
    // The SDK does not know an `AbortError` of the realm in which tests run.
    const give = (_url: unknown, init?: RequestInit) =>
      new Promise<never>((_resolve, reject) => {
        init!.signal!.onabort = () => reject(Object.assign(new Error(), { name: 'AbortError' }));
      });
    const hasty = trackedOpenAI(new OpenAI({ apiKey: 'k', timeout: 1, maxRetries: 0, fetch: give }));
    await expect(hasty.chat.completions.create(chat)).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    expect(calls()).toMatchObject([{ status: 'timeout', errorType: 'APIConnectionTimeoutError' }]);
  });

  it('is a timeout at a limit of the caller', async () => {
    const signal = AbortSignal.abort(new DOMException('Too late.', 'TimeoutError'));
    await expect(client.chat.completions.create(chat, { signal })).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(calls()).toMatchObject([{ status: 'timeout', errorType: 'TimeoutError' }]);
  });

  it('fails with a response that failed', async () => {
    server.answer(
      sendJson({ ...modelResponse(), status: 'failed', error: { code: 'server_error', message: 'Sorry.' } }),
    );
    await client.responses.create({ model: 'gpt-x', input: 'Hi' });
    expect(calls()).toMatchObject([{ status: 'error', errorType: 'server_error', tokenUsage: tokens }]);
  });

  it('ends with an answer that it cannot read', async () => {
    server.answer(sendJson({ ...chatCompletion(), choices: null }));
    await expect(client.chat.completions.create(chat)).resolves.toMatchObject({ choices: null });
    expect(calls()).toMatchObject([{ ...counted, tokenUsage: undefined }]);
  });

  it('leaves a request that it cannot read to the SDK', async () => {
    const create = async () => client.chat.completions.create(undefined as never);
    await expect(create()).rejects.toThrow(TypeError);
    expect(calls()).toEqual([]);
  });
});

describe('A call of a tracked OpenAI client that takes long', () => {
  it('is not idle as long as an answer may come', async () => {
    let answer = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      server.answer((response) => {
        answer = () => sendJson(chatCompletion())(response);
        resolve();
      });
    });
    const promise = client.chat.completions.create(chat);
    await arrived;
    app.clock.advance(3 * IDLE_MS);
    expect(app.collector.getRunning()).toHaveLength(1);
    answer();
    await promise;
    expect(calls()).toMatchObject([{ status: 'success', durationMs: 3 * IDLE_MS }]);
  });

  it('is idle where nobody reads the answer', async () => {
    server.answer(sendJson(chatCompletion()));
    const promise = client.chat.completions.create(chat) as unknown as { responsePromise: Promise<unknown> };
    await promise.responsePromise;
    app.clock.advance(IDLE_MS);
    expect(calls()).toMatchObject([{ status: 'cancelled', durationMs: 0 }]);
  });
});

describe('A tracked OpenAI client', () => {
  it.each(['without an application', 'after it has closed'])('works untouched %s', async (when) => {
    if (when.startsWith('after')) await (await startApplication()).module.close();
    await app.module.close();
    server.answer(sendJson(chatCompletion()), sendJson(chatCompletion()));
    const bare = new OpenAI({ apiKey: 'k', baseURL: server.url }).chat.completions.create(chat);
    const promise = client.chat.completions.create(chat);
    expect(Object.getOwnPropertyNames(promise)).toEqual(Object.getOwnPropertyNames(bare));
    await expect(promise).resolves.toEqual(await bare);
    app = await startApplication();
  });

  it('counts a stand-in for it, as tests have them', async () => {
    const create = jest.fn<Promise<unknown>, [object]>().mockResolvedValueOnce(chatCompletion());
    const fake = trackedOpenAI({ chat: { completions: { create } } });
    await expect(fake.chat.completions.create(chat)).resolves.toMatchObject({ id: 'c' });
    create.mockRejectedValueOnce(new RangeError('No.'));
    await expect(fake.chat.completions.create(chat)).rejects.toThrow(RangeError);
    expect(calls()).toMatchObject([
      { status: 'error', errorType: 'RangeError' },
      { ...counted, tokenUsage: tokens },
    ]);
  });
});
