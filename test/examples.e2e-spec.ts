import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  Controller,
  GatewayTimeoutException,
  Get,
  NotFoundException,
  type DynamicModule,
  type INestApplication,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test';
import { ClsModule } from 'nestjs-cls';
import { TimeoutError } from 'rxjs';
import * as batchJobs from '../examples/batch-jobs';
import * as endpoint from '../examples/endpoint';
import * as limits from '../examples/limits-and-budgets';
import * as firstSteps from '../examples/first-five-minutes/app.module';
import { TravelAgent } from '../examples/first-five-minutes/crew';
import * as migration from '../examples/migrating-from-prom-client';
import * as names from '../examples/names-and-cardinality';
import * as options from '../examples/options';
import { OutcomesModule, OutcomeTools, OutOfQuotaError } from '../examples/outcomes';
import * as securing from '../examples/securing-the-endpoint';
import * as streaming from '../examples/streaming';
import type * as testing from '../examples/first-five-minutes/testing';
import * as timeouts from '../examples/timeouts';
import * as tokens from '../examples/tokens-and-cost';
import * as tracking from '../examples/tracking';
import {
  currentExecution,
  ExecutionTimeoutError,
  ExecutionTracker,
  METRICS_CLOCK,
  MetricsCollector,
  MetricsModule,
  TrackAgent,
  trackedModel,
} from '../src';
import { register } from 'prom-client';
import { expectTool, ManualClock } from '../src/testing';

/** Lets everything run that waits for nothing but its turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

let app: INestApplication;
let clock: ManualClock;
let metrics: MetricsCollector;

async function start(
  module: Type | DynamicModule,
  { replace = [], imports = [], ...parts }: { replace?: [token: unknown, value: unknown][] } & ModuleMetadata = {},
): Promise<void> {
  clock = new ManualClock();
  const builder = Test.createTestingModule({ imports: [...imports, module], ...parts })
    .setLogger({ log() {}, warn() {}, error() {} })
    .overrideProvider(METRICS_CLOCK)
    .useValue(clock);
  for (const [token, value] of replace) builder.overrideProvider(token).useValue(value);
  app = (await builder.compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  metrics = app.get(MetricsCollector);
}

afterEach(async () => {
  await app?.close();
});

const request = async (path: string, init?: RequestInit) => fetch(`${await app.getUrl()}${path}`, init);

/** What a guide shows, in blocks of output. */
function shownLines(guide: string): string[] {
  const text = readFileSync(join(__dirname, '../docs', guide), 'utf8');
  const blocks = text.match(/```(?:console|text)\n[\s\S]*?```/g) ?? [];
  return blocks.flatMap((block) => block.split('\n').filter((line) => line.startsWith('crew_')));
}

async function expectShown(guide: string): Promise<void> {
  const shown = shownLines(guide);
  expect(shown).not.toEqual([]);
  expect((await metrics.exportMetrics('prometheus')).split('\n')).toEqual(expect.arrayContaining(shown));
}

const USAGE = {
  inputTokens: { total: 1_000, noCache: 500, cacheRead: 400, cacheWrite: 100 },
  outputTokens: { total: 300, text: 100, reasoning: 200 },
};

const TEXT = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Hello' },
] as const;
const FINISH = [
  { type: 'text-end', id: '1' },
  { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: USAGE },
] as const;

type StreamPart = (typeof TEXT)[number] | (typeof FINISH)[number] | { type: 'error'; error: unknown };

function model(parts: readonly StreamPart[] = [...TEXT, ...FINISH]): MockLanguageModelV3 {
  return new MockLanguageModelV3({
    doStream: async () => ({ stream: simulateReadableStream({ chunks: [...parts] as never[] }) }),
    doGenerate: async () => ({
      content: [{ type: 'text', text: 'Short.' }],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: USAGE,
      warnings: [],
    }),
  });
}

async function readAll<Chunk>(source: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const seen: Chunk[] = [];
  for await (const chunk of source) seen.push(chunk);
  return seen;
}

describe('docs/tracking.md', () => {
  const startTracking = () => start(tracking.TrackingModule);

  it('names methods and classes', async () => {
    await startTracking();
    app.get(tracking.Librarian).answer('Emma');
    app.get(tracking.Clerk).run('form 7');
    app.get(tracking.Catalogue).find('Emma');
    app.get(tracking.Catalogue).reserve('Emma');

    expect(Object.keys(metrics.getAgentMetrics('Librarian')!.toolMetrics)).toEqual(['lookUp']);
    expect(metrics.getAgentMetrics('clerk')).toMatchObject({ agentName: 'The clerk', executionCount: 1 });
    expect([...metrics.getTools().keys()].sort()).toEqual(['find', 'lookUp', 'reserve']);
  });

  it('tracks the functions of LangChain and the AI SDK', async () => {
    await startTracking();
    expect(await tracking.search.invoke({ query: 'nest' })).toBe('3 pages about nest');
    expect(await tracking.weather.execute!({ city: 'Paris' }, { toolCallId: '1', messages: [] })).toBe(
      'Sunny in Paris',
    );

    expect([...metrics.getTools().keys()]).toEqual(expect.arrayContaining(['search', 'weather']));
  });

  it('sees an agent go in circles', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    await start(tracking.WatchedModule);
    const asksAgain = (times: number) =>
      app.get(ExecutionTracker).trackAgent('clerk', async () => {
        for (let i = 0; i < times; i += 1) await tracking.search.invoke({ query: 'nest' });
      });
    await asksAgain(4);
    expect(warn).not.toHaveBeenCalled();
    await asksAgain(5);
    expect(warn.mock.calls).toEqual([['clerk goes in circles: 4 calls repeated']]);
    warn.mockRestore();
  });

  it('tracks a piece of code', async () => {
    await startTracking();
    await app.get(tracking.Files).read(join(__dirname, '../package.json'));

    expect(metrics.getToolMetrics('read_file')).toMatchObject({ successCount: 1 });
  });

  it('tracks what begins and ends in different callbacks', async () => {
    await startTracking();
    const [good, bad] = [new EventEmitter(), new EventEmitter()];
    app.get(tracking.Switchboard).pickUp(good);
    app.get(tracking.Switchboard).pickUp(bad);
    good.emit('question', 'Emma');
    await turn();
    clock.advance(90_000);
    good.emit('hang-up');
    bad.emit('error', new RangeError());

    expect(metrics.getAgentMetrics('switchboard')).toMatchObject({
      successCount: 1,
      errorCount: 1,
      maxDurationMs: 90_000,
      toolMetrics: { lookUp: { executionCount: 1 } },
    });
  });

  it('keeps an execution open until its callback', async () => {
    await startTracking();
    const printer = app.get(tracking.Printer);
    expect(printer.print('a page')).toBe('queued: a page');
    clock.advance(4_000);
    printer.finish();

    expect(metrics.getToolMetrics('print')).toMatchObject({ successCount: 1, maxDurationMs: 4_000 });
  });

  it('counts handlers, and skips those that are marked', async () => {
    await startTracking();
    expect(await (await request('/mail/answer?to=Ada')).text()).toBe('Dear Ada');
    expect(await (await request('/mail/health')).text()).toBe('ok');
    await request('/metrics');

    expect(metrics.getAgentMetrics('mail')).toMatchObject({ executionCount: 1 });
    expect(metrics.getSystemMetrics()).toMatchObject({ totalRequests: 1 });
  });

  it('runs what it decorates without the module', async () => {
    const librarian = new tracking.Librarian(new tracking.LibraryTools());
    expect(librarian.answer('Emma')).toBe('Emma: shelf 4');
  });

  it('gives a plain function to the only live application, or to the one whose execution runs', async () => {
    await startTracking();
    const other = await Test.createTestingModule({ imports: [MetricsModule.forRoot({ endpoint: false })] }).compile();
    await other.init();
    await tracking.search.invoke({ query: 'whose?' });
    expect(metrics.getToolMetrics('search')).toBeUndefined();

    await other.close();
    await tracking.search.invoke({ query: 'yours' });
    expect(metrics.getToolMetrics('search')).toMatchObject({ executionCount: 1 });
  });

  it('names what an interceptor counts', async () => {
    await startTracking();
    expect(await (await request('/coast/weather')).text()).toBe('sunny');
    expect(metrics.getToolMetrics('weather')).toMatchObject({ executionCount: 1 });
  });

  it('knows neither the agent nor the execution without an async context', async () => {
    await start(MetricsModule.forRoot({ asyncContext: false }), {
      providers: [tracking.Librarian, tracking.LibraryTools],
    });
    app.get(ExecutionTracker).trackAgent('outer', () => app.get(tracking.Librarian).answer('Emma'));

    expect(metrics.getSystemMetrics()).toMatchObject({ totalRequests: 2 });
    expect(metrics.getAgentMetrics('Librarian')).toMatchObject({ executionCount: 1, toolMetrics: {} });
    expect(metrics.getToolMetrics('lookUp')).toMatchObject({ executionCount: 1 });
  });
});

describe('docs/first-five-minutes.md', () => {
  it('shows what it shows', async () => {
    await start(firstSteps.AppModule);
    expect(await (await request('/trip?to=Paris')).text()).toBe('Go to Paris, it is sunny.');
    expect(await request('/trip?to=Atlantis')).toMatchObject({ status: 404 });

    await expectShown('first-five-minutes.md');
  });
});

describe('docs/names-and-cardinality.md', () => {
  const [searched, invented, ...limited] = shownLines('names-and-cardinality.md');
  const expectLines = async (lines: (string | undefined)[]) =>
    expect((await metrics.exportMetrics('prometheus')).split('\n')).toEqual(expect.arrayContaining(lines));

  it('takes names from arguments', async () => {
    await start(names.NamesModule);
    for (const name of ['search', 'search', 'launch_rocket']) app.get(names.ToolBox).execute({ name, input: 'x' });
    for (const team of ['billing', 'legal']) app.get(names.HelpDesk).answer({ id: 'T-1', team });

    await expectLines([searched, invented]);
    expect([...metrics.getAgents().keys()]).toEqual(expect.arrayContaining(['desk_billing', '__other__']));
  });

  it('bounds names that nobody has listed', async () => {
    await start(names.NamesModule);
    for (let i = 0; i < 300; i += 1) app.get(names.OpenToolBox).execute({ name: `invented_${i}`, input: 'x' });

    expect(limited).toHaveLength(2);
    await expectLines(limited);
  });
});

describe('docs/streaming.md', () => {
  let story: MockLanguageModelV3;
  const startStreaming = (parts?: readonly StreamPart[]) => {
    story = model(parts);
    return start(streaming.StreamingModule, { replace: [['MODEL', story]] });
  };

  it('asks which chunk is the first', async () => {
    await startStreaming();
    const telling = app.get(streaming.Narrator).tell('a metric');
    expect(metrics.getRunning()).toEqual([]);
    await telling.next();
    clock.advance(300);
    await telling.next();
    await telling.next();

    expect(metrics.getHistory()).toMatchObject([{ agentId: 'narrator', chunks: 2, timeToFirstChunkSeconds: 0.3 }]);
  });

  it('follows the promise in the result of streamText', async () => {
    await startStreaming();
    const result = app.get(streaming.Writer).write('a poem');
    expect(metrics.getRunning()).toHaveLength(1);

    expect(await readAll(result.textStream)).toEqual(['Hello']);
    await turn();
    expect(metrics.getHistory()).toMatchObject([{ agentId: 'writer', status: 'success' }]);
  });

  it('learns of a failure that streamText swallows', async () => {
    await startStreaming([...TEXT, { type: 'error', error: new RangeError('overloaded') }]);

    expect(await readAll(app.get(streaming.Writer).write('a poem').textStream)).toEqual(['Hello']);
    await turn();
    expect(metrics.getHistory()).toMatchObject([{ status: 'error', errorType: 'RangeError' }]);
  });

  it('measures how the reader reads', async () => {
    await startStreaming();
    const reading = app.get(streaming.Storyteller).tell('tea');
    await reading.next();
    clock.advance(2_000);
    await reading.next();

    expect(metrics.getHistory()).toMatchObject([{ agentId: 'storyteller', status: 'success', durationMs: 2_000 }]);
  });

  it('tells the model that the reader has stopped', async () => {
    await startStreaming();
    for await (const text of app.get(streaming.Storyteller).tell('tea')) if (text !== '') break;

    expect(metrics.getHistory()).toMatchObject([{ agentId: 'storyteller', status: 'cancelled' }]);
    expect(story.doStreamCalls[0]!.abortSignal?.aborted).toBe(true);
  });
});

describe('docs/testing.md', () => {
  const { createTestModule } = jest.requireActual<typeof testing>('../examples/first-five-minutes/testing');

  it('holds time still in a whole application', async () => {
    clock = new ManualClock();
    app = (await createTestModule(clock)).createNestApplication();
    await app.get(TravelAgent).plan('Paris');

    expectTool(app, 'weather').toHaveRun({ times: 1 });
    expect(app.get(MetricsCollector).getToolMetrics('weather')).toMatchObject({ totalDurationMs: 0 });
  });
});

describe('docs/outcomes.md', () => {
  const attempt = async (work: () => unknown) => {
    await app
      .get(OutcomeTools)
      .attempt(work)
      .catch(() => {});
    const [{ status, errorType } = {}] = metrics.getHistory();
    return [status, errorType];
  };
  const failing = (error: unknown) => () => {
    throw error;
  };
  const coded = (code: string, cause?: Error) => Object.assign(new Error('no', { cause }), { code });

  class BillingError extends Error {}

  it.each<[what: string, error: unknown, status: string, errorType: string]>([
    ['a TimeoutError', new TimeoutError(), 'timeout', 'TimeoutError'],
    ['AbortSignal.timeout', new DOMException('slow', 'TimeoutError'), 'timeout', 'TimeoutError'],
    ['504', new GatewayTimeoutException(), 'timeout', 'GatewayTimeoutException'],
    ['ETIMEDOUT', coded('ETIMEDOUT'), 'timeout', 'ETIMEDOUT'],
    ['undici', new TypeError('fetch failed', { cause: coded('UND_ERR_HEADERS_TIMEOUT') }), 'timeout', 'TypeError'],
    ['an abort', new DOMException('stop', 'AbortError'), 'cancelled', 'AbortError'],
    ['an abort that hides a timeout', coded('ABORT_ERR', new TimeoutError()), 'timeout', 'ABORT_ERR'],
    ['404', new NotFoundException(), 'error', 'NotFoundException'],
    ['a class of its own', new BillingError(), 'error', 'BillingError'],
    ['a code', coded('ECONNREFUSED'), 'error', 'ECONNREFUSED'],
    ['plain', new Error('no'), 'error', 'Error'],
    ['text', 'no', 'error', 'string'],
    ['a classified one', new OutOfQuotaError(), 'cancelled', 'OutOfQuotaError'],
  ])('classifies %s', async (_what, error, status, errorType) => {
    await start(OutcomesModule);
    expect(await attempt(failing(error))).toEqual([status, errorType]);
  });

  it('classifies results', async () => {
    await start(OutcomesModule);
    expect(await attempt(() => ({ isError: true }))).toEqual(['error', 'Error']);
    expect(await attempt(() => ({ isError: false }))).toEqual(['success', undefined]);
    expect(await attempt(() => undefined)).toEqual(['success', undefined]);
  });

  it('takes the word of fail() first, and asks classifyError about it', async () => {
    await start(OutcomesModule);
    const politely = () => {
      currentExecution()!.fail(new OutOfQuotaError());
      return { isError: true };
    };
    expect(await attempt(politely)).toEqual(['cancelled', 'OutOfQuotaError']);
  });
});

describe('docs/limits-and-budgets.md', () => {
  const ask = trackedModel(
    { model: 'gpt-x', usage: (tokens: number) => ({ inputTokens: tokens }) },
    async (tokens: number) => tokens,
  );

  it('stops an agent that calls too much, which answers with what it has', async () => {
    await start(limits.WithoutLoopsModule, { providers: [limits.SupportAgent, limits.SearchTool] });
    const agent = app.get(limits.SupportAgent);
    const answers = await agent.answer(Array.from({ length: 40 }, (_, i) => `question ${i}`));
    expect(answers).toHaveLength(31);
    expect(answers.at(-1)).toBe('That is all that I may look up.');
    expect(await agent.answer(['tea', 'tea', 'tea', 'tea'])).toHaveLength(4);
    const [error] = metrics.getHistory({ toolName: 'search', status: 'error' });
    expect(error).toMatchObject({ errorType: 'ExecutionLimitError' });
  });

  it('caps a request at ten cents', async () => {
    await start(limits.TenCentsModule);
    const run = app.get(ExecutionTracker).trackAgent('support', async () => {
      await ask(50_000);
      await ask(1);
    });
    await expect(run).rejects.toMatchObject({ kind: 'request', limit: 'costUsd', allowed: 0.1, spent: 0.125 });
  });

  it('answers free and paid tenants by what they may spend', async () => {
    @Controller()
    class Desk {
      @Get('ask')
      @TrackAgent('desk')
      async ask() {
        return ask(200_000);
      }
    }
    const cls = ClsModule.forRoot({
      global: true,
      middleware: {
        mount: true,
        setup: (store, { headers }: IncomingMessage) => store.set('tenant', headers['x-tenant']),
      },
    });
    await start(limits.PlansModule, { imports: [cls], controllers: [Desk] });
    const statusOf = async (tenant: string) => (await request('/ask', { headers: { 'x-tenant': tenant } })).status;
    for (const tenant of ['acme', 'acme', 'free']) expect(await statusOf(tenant)).toBe(200);
    expect(await statusOf('acme')).toBe(200);
    const refused = await request('/ask', { headers: { 'x-tenant': 'free' } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, 'Thu, 02 Jan 2025 00:00:00 GMT']);
    expect(await refused.json()).toEqual({
      message: 'The budget tenants is spent.',
      opensAt: '2025-01-02T00:00:00.000Z',
    });
  });
});

describe('docs/timeouts.md', () => {
  let server: Server;
  let left: number;

  async function serve(answer: RequestListener): Promise<string> {
    left = 0;
    server = createServer((incoming, outgoing) => {
      outgoing.once('close', () => (left += outgoing.writableFinished ? 0 : 1));
      answer(incoming, outgoing);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it('gives fetch the signal', async () => {
    await start(timeouts.TimeoutsModule);
    const url = await serve(() => {});
    const page = app.get(timeouts.PageTool).fetchPage(url);
    await once(server, 'request');
    clock.advance(2_000);

    const error: unknown = await page.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExecutionTimeoutError);
    expect(error).toMatchObject({
      name: 'TimeoutError',
      kind: 'tool',
      executionName: 'fetch_page',
      limitMs: 2_000,
      sequence: false,
      message: 'The tool "fetch_page" took longer than 2000 ms.',
    });
    while (left === 0) await turn();
    expect(metrics.getToolMetrics('fetch_page')).toMatchObject({ timeoutCount: 1, maxDurationMs: 2_000 });
  });

  it('answers 504 with the filter', async () => {
    await start(timeouts.TimeoutsModule);
    const url = await serve(() => setImmediate(() => clock.advance(2_000)));
    const response = await request(`/page?url=${encodeURIComponent(url)}`);

    expect(response.status).toBe(504);
    expect(await response.text()).toContain('took longer than 2000 ms');
  });

  it('gives the tools of one agent a budget', async () => {
    await start(timeouts.TimeoutsModule);
    const url = await serve((incoming, outgoing) => {
      if (incoming.url === '/fast') outgoing.end('fast');
      else setImmediate(() => clock.advance(2_000));
    });
    const slow = Array.from({ length: 20 }, () => `${url}/slow`);
    const found = await app.get(timeouts.Researcher).run([`${url}/fast`, ...slow]);

    expect(found).toEqual(['fast']);
    expect(metrics.getAgentMetrics('researcher')).toMatchObject({
      successCount: 1,
      maxDurationMs: 30_000,
      toolMetrics: { fetch_page: { successCount: 1, timeoutCount: 16 } },
    });
  });

  it.each([
    ['p-retry', 'search', (url: string) => app.get(timeouts.SearchTool).search(url)],
    ['cockatiel', 'quote', (url: string) => app.get(timeouts.QuoteTool).quote(url)],
  ])('counts the retries of %s', async (_library, tool, call) => {
    await start(timeouts.TimeoutsModule);
    let requests = 0;
    const url = await serve((incoming, outgoing) => {
      requests += 1;
      outgoing.statusCode = incoming.url === '/flaky' && requests > 2 ? 200 : 503;
      outgoing.end('found');
    });

    expect(await call(`${url}/flaky`)).toBe('found');
    expect(metrics.getToolMetrics(tool)).toMatchObject({ executionCount: 1, successCount: 1, retryCount: 2 });
    await expect(call(`${url}/broken`)).rejects.toThrow('answered 503');
    expect(metrics.getToolMetrics(tool)).toMatchObject({ executionCount: 2, errorCount: 1, retryCount: 2 + 3 });
  });

  it.each([
    ['p-retry', 'search', 5_000, (url: string) => app.get(timeouts.SearchTool).search(url)],
    ['cockatiel', 'quote', 10_000, (url: string) => app.get(timeouts.QuoteTool).quote(url)],
  ])('ends %s at the limit', async (_library, _tool, limitMs, call) => {
    await start(timeouts.TimeoutsModule);
    let requests = 0;
    const url = await serve((_incoming, outgoing) => {
      requests += 1;
      outgoing.statusCode = 503;
      outgoing.end(() => setImmediate(() => clock.advance(limitMs)));
    });

    await expect(call(url)).rejects.toMatchObject({ limitMs });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(requests).toBe(1);
  });

  it('does not count the time that a human takes', async () => {
    const approve = async () => {
      clock.advance(86_400_000);
      return true;
    };
    await start(timeouts.TimeoutsModule, { replace: [[timeouts.Reviewer, { approve }]] });

    expect(await app.get(timeouts.PublishTool).publish('news')).toBe('published: news');
    expect(metrics.getToolMetrics('publish')).toMatchObject({ successCount: 1, maxDurationMs: 0 });
  });
});

describe('docs/tokens-and-cost.md', () => {
  const startTokens = () => start(tokens.TokensModule, { replace: [['MODEL', model()]] });

  it('shows what it shows', async () => {
    await startTokens();
    await tokens.complete('metrics');
    expect(await app.get(tokens.Summariser).run('a long text')).toBe('Short.');

    await expectShown('tokens-and-cost.md');
    const document = JSON.parse(await metrics.exportMetrics('json')) as Record<string, unknown>;
    const guide = readFileSync(join(__dirname, '../docs/tokens-and-cost.md'), 'utf8');
    const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(guide)![1]!) as Record<string, unknown>;
    expect(document).toMatchObject(shown);
  });

  it('counts the tokens of a stream when it has finished', async () => {
    await startTokens();
    expect(await readAll(app.get(tokens.Poet).run('metrics'))).toEqual(['Hello']);

    const [poet, call] = metrics.getHistory();
    expect(poet).toMatchObject({ agentId: 'poet', status: 'success', totalTokens: 1_300, modelCalls: 1 });
    expect(call).toMatchObject({ model: 'claude-sonnet', chunks: 1, timeToFirstChunkSeconds: 0 });
    expect(metrics.getAgentMetrics('poet')?.tokenUsage).toMatchObject({ calls: 1, totalTokens: 1_300 });
  });

  it('counts a streamed call that fails, once, with its error', async () => {
    const failure = Object.assign(new Error('Overloaded.'), { statusCode: 529 });
    await start(tokens.TokensModule, { replace: [['MODEL', model([...TEXT, { type: 'error', error: failure }])]] });
    await readAll(app.get(tokens.Poet).run('metrics'));

    expect(metrics.getHistory({ kind: 'model' })).toMatchObject([{ status: 'error', httpStatus: 529 }]);
  });

  it('counts a streamed call whose reader leaves', async () => {
    await startTokens();
    for await (const text of app.get(tokens.Poet).run('metrics')) if (text !== '') break;

    expect(metrics.getHistory().map(({ kind, status }) => [kind, status])).toEqual([
      ['agent', 'cancelled'],
      ['model', 'cancelled'],
    ]);
  });

  it('finds the tokens in the chunks of a stream', async () => {
    await startTokens();
    await readAll(tokens.stream('metrics'));

    expect(metrics.getHistory()).toMatchObject([{ chunks: 3, tokenUsage: { inputTokens: 1_000, outputTokens: 200 } }]);
  });

  it('records what a provider has worked off', async () => {
    await startTokens();
    app.get(tokens.BatchAccountant).add({ results: [{ input_tokens: 1_000, output_tokens: 100 }] });

    expect(metrics.getAgentMetrics('night-shift')?.tokenUsage).toMatchObject({ calls: 1, costUsd: 0.0045 });
  });

  it('says what a call cost', async () => {
    await startTokens();
    const usage = { inputTokens: 1_000, cachedInputTokens: 400, cacheWriteTokens: 100, outputTokens: 300 };
    expect(metrics.recordModelCall({ model: 'claude-sonnet', ...usage })).toEqual({ costUsd: 0.006495 });
    expect(metrics.recordModelCall({ model: 'claude-sonnet', ...usage, costUsd: 1 })).toEqual({ costUsd: 1 });
    expect(metrics.recordModelCall({ model: 'unheard-of', ...usage })).toEqual({ costUsd: undefined });
    expect(metrics.getModelMetrics('unheard-of')?.tokenUsage).toMatchObject({ costUsd: 0, unpricedCalls: 1 });
  });

  it('asks a function for prices', async () => {
    await start(tokens.withPricingFunction);
    const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
    expect(metrics.recordModelCall({ model: 'llama', provider: 'ollama', ...usage })).toEqual({ costUsd: 0 });
    expect(metrics.recordModelCall({ model: 'gpt-4o-mini-2024', ...usage })).toEqual({ costUsd: 0.75 });
    expect(metrics.recordModelCall({ model: 'gpt-5', ...usage })).toEqual({ costUsd: undefined });
  });

  it('has rates of their own for long inputs and for cache writes that are kept for an hour', async () => {
    await start(tokens.withTiers);
    const model = 'claude-sonnet-4-5';
    expect(metrics.recordModelCall({ model, inputTokens: 200_000 })).toEqual({ costUsd: 0.6 });
    expect(metrics.recordModelCall({ model, inputTokens: 200_001 })).toEqual({ costUsd: 1.200006 });
    const usage = tokens.anthropicUsage({
      usage: {
        input_tokens: 1_000,
        output_tokens: 100,
        cache_read_input_tokens: null,
        cache_creation_input_tokens: 2_000,
        cache_creation: { ephemeral_1h_input_tokens: 500 },
      },
    });
    // 1,000 at 3, 1,500 at 3.75, 500 at 6 and 100 at 15 dollars a million.
    expect(metrics.recordModelCall({ model, ...usage }).costUsd).toBeCloseTo(0.013125, 12);
    expect(metrics.getModelMetrics(model)?.tokenUsage).toMatchObject({ inputTokens: 403_001, cacheWriteTokens: 2_000 });
  });

  it('takes prices from a public list', async () => {
    await start(tokens.withListedPrices);
    const usage = { inputTokens: 1_000_000 };
    expect(metrics.recordModelCall({ model: 'gpt-4o-2024-08-06', ...usage })).toEqual({ costUsd: 2.5 });
    expect(metrics.recordModelCall({ model: 'gpt-4o', provider: 'ollama', ...usage })).toEqual({ costUsd: 0 });
    expect(metrics.recordModelCall({ model: 'gpt-4o', provider: 'gateway', ...usage })).toEqual({ costUsd: undefined });
  });
});

describe('docs/options.md', () => {
  it('makes options in a factory', async () => {
    const settings = { environment: { METRICS: 'off', REGION: 'eu' } };
    await start(options.withFactory, { replace: [[options.Settings, settings]] });

    expect(metrics.isEnabled()).toBe(false);
    expect(await (await request('/internal/metrics?format=prometheus')).text()).toContain('region="eu"');
  });

  it('makes options in a class', async () => {
    await start(options.withClass);
    for (let i = 0; i < 101; i += 1) {
      metrics.recordToolExecution({ toolName: 'search', durationMs: 1, status: 'success' });
    }

    expect(metrics.getHistory()).toHaveLength(100);
  });
});

describe('docs/batch-jobs.md', () => {
  afterEach(() => {
    delete process.env.PUSHGATEWAY_URL;
  });

  async function startGateway(status: number): Promise<{ pushes: string[]; server: Server }> {
    const pushes: string[] = [];
    const server = createServer((incoming, response) => {
      void text(incoming).then((body) => {
        pushes.push(`${incoming.method} ${incoming.url}\n${body}`);
        response.writeHead(status).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env.PUSHGATEWAY_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { pushes, server };
  }

  it('pushes what was counted when the job is over', async () => {
    const { pushes, server } = await startGateway(200);
    await start(batchJobs.NightlyReportModule);
    app.get(batchJobs.ReportAgent).run();
    await app.close();
    server.close();
    expect(pushes).toEqual([expect.stringMatching(/^PUT \/metrics\/job\/nightly-report\n/)]);
    expect(pushes[0]).toContain('crew_agent_executions_total{agent="report",status="success"} 1');
  });

  it('ends well without a gateway', async () => {
    const { server } = await startGateway(500);
    await start(batchJobs.NightlyReportModule);
    await expect(app.close()).resolves.toBeUndefined();
    server.close();
  });
});

describe('docs/securing-the-endpoint.md', () => {
  afterEach(() => {
    delete process.env.METRICS_TOKEN;
    delete process.env.METRICS_TOKENS;
  });

  it('asks for a token', async () => {
    process.env.METRICS_TOKEN = 's3cret';
    await start(securing.withToken);
    expect(await request('/metrics')).toMatchObject({ status: 401 });
    expect(await request('/metrics', { headers: { authorization: 'Bearer s3cret' } })).toMatchObject({ status: 200 });
  });

  it.each(['withToken', 'duringRotation'] as const)('does not start without the variable: %s', async (module) => {
    await expect(start(securing[module])).rejects.toThrow(/METRICS_TOKENS? is not set\./);
  });

  it('asks a guard', async () => {
    await start(securing.withGuard);
    expect(await request('/metrics')).toMatchObject({ status: 403 });
    expect(await request('/metrics', { headers: { 'x-role': 'operator' } })).toMatchObject({ status: 200 });
  });

  it('takes two tokens during a rotation', async () => {
    process.env.METRICS_TOKENS = 'new-token old-token';
    await start(securing.duringRotation);
    const ask = (token: string) => request('/metrics', { headers: { authorization: `Bearer ${token}` } });
    expect(await ask('new-token')).toMatchObject({ status: 200 });
    expect(await ask('old-token')).toMatchObject({ status: 200 });
    expect(await ask('stolen-token')).toMatchObject({ status: 401 });
  });
});

describe('docs/endpoint.md', () => {
  it('shows metrics of your own', async () => {
    await start(endpoint.OrdersModule);
    app.get(endpoint.OrdersService).order();
    expect(await (await request('/metrics?format=prometheus')).text()).toContain('\norders_total 1\n');
  });

  it('stands beside a PrometheusModule of your own', async () => {
    await start(endpoint.BesidePrometheusModule);
    expect(await (await request('/metrics')).text()).toContain('crew_requests_total');
    expect(await (await request('/crew')).json()).toMatchObject({ schema_version: 1 });
  });
});

describe('docs/migrating-from-prom-client.md', () => {
  afterEach(() => register.resetMetrics());

  const ask = async (agent: { run(question: string): Promise<string> }) => {
    await agent.run('tea');
    await expect(agent.run('')).rejects.toThrow(TypeError);
  };
  const lines = (text: string, names: RegExp) => text.split('\n').filter((line) => names.test(line));
  const byHand = async () => lines(await register.metrics(), /^(?:agent_duration_seconds_count|tool_calls_total)/);

  it('counts here what was counted by hand', async () => {
    await start(migration.CountedModule);
    await ask(app.get(migration.Researcher));
    await ask(new migration.HandCountedResearcher());

    expect(await byHand()).toEqual([
      'agent_duration_seconds_count{agent="researcher",outcome="ok"} 1',
      'agent_duration_seconds_count{agent="researcher",outcome="failed"} 1',
      'tool_calls_total{tool="search",outcome="ok"} 1',
      'tool_calls_total{tool="search",outcome="failed"} 1',
    ]);
    const text = await metrics.exportMetrics('prometheus');
    expect(lines(text, /^crew_(?:agent|tool)_executions_total\{.*(?:success|error)"/)).toEqual([
      'crew_agent_executions_total{agent="researcher",status="success"} 1',
      'crew_agent_executions_total{agent="researcher",status="error"} 1',
      'crew_tool_executions_total{agent="researcher",tool="search",status="success"} 1',
      'crew_tool_executions_total{agent="researcher",tool="search",status="error"} 1',
    ]);
    expect(lines(text, /^crew_agent_execution_duration_seconds_bucket/)).toHaveLength(5);
  });

  it('feeds the old names, and shows them in the same text', async () => {
    await start(migration.OldNamesToo);
    await ask(app.get(migration.Researcher));
    const text = await (await request('/metrics?format=prometheus')).text();
    expect(text.split('\n')).toEqual(expect.arrayContaining(await byHand()));
    expect(await byHand()).toHaveLength(4);
  });
});
