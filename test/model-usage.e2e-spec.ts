import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { from, lastValueFrom, toArray, type Observable } from 'rxjs';
import {
  currentExecution,
  TrackAgent,
  trackedModel,
  TrackModel,
  type Execution,
  type ExecutionTracker,
  type ModelOptions,
  type ReportedUsage,
} from '../src';
import { CollectionApp } from './support/collection-app';

const PRICES = { m: { inputPerMillion: 10, outputPerMillion: 100 } };
const start = () => CollectionApp.start({ pricing: PRICES });

/** Of models, with what its provider reports in the last one. */
interface Chunk {
  readonly text: string;
  readonly usage?: { readonly in: number; readonly out: number } | null;
}

const CHUNKS: readonly Chunk[] = [
  { text: 'a', usage: null },
  { text: 'b' },
  { text: '', usage: { in: 1_000, out: 20 } },
];

const usage = ({ usage }: Chunk): ReportedUsage => usage && { inputTokens: usage.in, outputTokens: usage.out };

/** Usage that an SDK reports when it likes. */
class LateReport {
  arrive!: (usage: { inputTokens: number }) => void;
  readonly promise = new Promise<{ inputTokens: number }>((resolve) => (this.arrive = resolve));
}

const readAll = async (stream: AsyncIterable<unknown>) => {
  for await (const chunk of stream) void chunk;
};

async function* generate() {
  yield* CHUNKS;
}

const iterable = () => ({ [Symbol.asyncIterator]: () => generate() });
const readable = () => Readable.from(CHUNKS);
const web = () =>
  new ReadableStream<Chunk>({
    start(controller) {
      for (const chunk of CHUNKS) controller.enqueue(chunk);
      controller.close();
    },
  });

type Stream = () => AsyncIterable<Chunk> | Observable<Chunk> | Promise<AsyncIterable<Chunk>>;

const STREAMS: [string, Stream, (stream: never) => unknown][] = [
  ['an async generator', generate, readAll],
  ['an async iterable', iterable, readAll],
  ['a Readable', readable, readAll],
  ['a web stream', () => web(), readAll],
  ['an Observable', () => from(CHUNKS), (stream: Observable<Chunk>) => lastValueFrom(stream.pipe(toArray()))],
  [
    'a promised generator',
    async () => generate(),
    async (stream: Promise<AsyncIterable<Chunk>>) => readAll(await stream),
  ],
];

const only = ({ metrics }: CollectionApp): Execution => {
  const executions = metrics.getHistory();
  expect(executions).toHaveLength(1);
  return executions[0]!;
};

describe('The usage of a streamed model call', () => {
  it.each(STREAMS)('is found in the chunks of %s', async (_kind, stream, read) => {
    const app = await start();
    const call = trackedModel({ model: 'm', usage: usage as ModelOptions['usage'] }, stream);
    await read(call() as never);
    expect(only(app)).toMatchObject({
      status: 'success',
      costUsd: 0.012,
      costSource: 'estimated',
      tokenUsage: { calls: 1, inputTokens: 1_000, outputTokens: 20, totalTokens: 1_020, unpricedCalls: 0 },
    });
    expect(app.metrics.getModelMetrics('m')!.tokenUsage).toEqual(only(app).tokenUsage);
    expect(app.log.errors).toEqual([]);
  });

  it('takes of each count the last that a chunk reports', async () => {
    const app = await start();
    const reports: ReportedUsage[] = [
      { inputTokens: 50, cachedInputTokens: 40, outputTokens: 1 },
      { outputTokens: 7 },
      { inputTokens: undefined, outputTokens: 9 },
      {},
    ];
    await readAll(
      app.tracker.trackModel({ model: 'm', usage: (report) => report }, async function* () {
        yield* reports;
      }),
    );
    expect(only(app).tokenUsage).toMatchObject({ inputTokens: 50, cachedInputTokens: 40, outputTokens: 9 });
  });

  it('is also found in the stream itself, at its end', async () => {
    const app = await start();
    class Reply implements AsyncIterable<string> {
      tokens: number | undefined;
      async *[Symbol.asyncIterator]() {
        yield 'text';
        this.tokens = 12;
      }
    }
    const options: ModelOptions = {
      model: 'm',
      usage: (source: Reply | string) => (source instanceof Reply ? { outputTokens: source.tokens } : undefined),
    };
    await readAll(app.tracker.trackModel(options, () => new Reply()));
    expect(only(app).tokenUsage).toMatchObject({ outputTokens: 12 });
  });

  it('is found in the result, where until says what to follow', async () => {
    const app = await start();
    const result = { stream: generate(), usage: { in: 3, out: 4 } };
    const options: ModelOptions<typeof result> = {
      model: 'm',
      until: ({ stream }) => stream,
      usage: ({ usage }) => ({ inputTokens: usage.in, outputTokens: usage.out }),
    };
    await readAll(app.tracker.trackModel(options, () => result).stream);
    expect(only(app)).toMatchObject({ chunks: 3, tokenUsage: { inputTokens: 3, outputTokens: 4 } });
  });

  it('counts what was reported before the consumer stopped', async () => {
    const app = await start();
    const call = trackedModel({ model: 'm', usage }, async function* (): AsyncGenerator<Chunk> {
      yield { text: 'a', usage: { in: 10, out: 0 } };
      yield { text: 'b', usage: { in: 10, out: 99 } };
    });
    for await (const chunk of call()) {
      void chunk;
      break;
    }
    expect(only(app)).toMatchObject({ status: 'cancelled', tokenUsage: { inputTokens: 10, outputTokens: 0 } });
  });

  it('counts what was reported before it failed, and the error once', async () => {
    const app = await start();
    const failure = Object.assign(new Error('Overloaded.'), { status: 529 });
    const call = trackedModel({ model: 'm', usage }, async function* (): AsyncGenerator<Chunk> {
      yield { text: 'a', usage: { in: 10, out: 0 } };
      throw failure;
    });
    await expect(readAll(call())).rejects.toBe(failure);
    expect(only(app)).toMatchObject({ status: 'error', httpStatus: 529, tokenUsage: { inputTokens: 10 } });
  });
});

describe('A usage function that fails', () => {
  it('is told of once where no chunk had any usage', async () => {
    const app = await start();
    const options: ModelOptions = { model: 'm', usage: ({ usage }: Chunk) => ({ inputTokens: usage!.in }) };
    for (let call = 0; call < 2; call += 1) {
      await readAll(
        app.tracker.trackModel(options, async function* () {
          yield { text: 'a' };
        }),
      );
    }
    expect(app.log.errors).toHaveLength(1);
    expect(app.metrics.getHistory().map(({ tokenUsage }) => tokenUsage)).toEqual([undefined, undefined]);
  });

  it('is no fault where the last chunk had it', async () => {
    const app = await start();
    const options: ModelOptions = { model: 'm', usage: ({ usage }: Chunk) => ({ inputTokens: usage!.in }) };
    await readAll(app.tracker.trackModel(options, generate));
    expect(app.log.errors).toEqual([]);
    expect(only(app).tokenUsage).toMatchObject({ inputTokens: 1_000 });
  });

  it('is asked about nothing where the call has failed', async () => {
    const app = await start();
    const asked = jest.fn();
    const options: ModelOptions = { model: 'm', usage: asked };
    await app.tracker.trackModel(options, () => Promise.reject(new Error('503'))).catch(() => {});
    expect(only(app)).toMatchObject({ status: 'error', tokenUsage: undefined });
    expect(asked).not.toHaveBeenCalled();
  });

  it('drops what is no number of tokens', async () => {
    const app = await start();
    app.tracker.trackModel({ model: 'm', usage: () => ({ inputTokens: -1 }) }, () => 'text');
    expect(only(app).tokenUsage).toBeUndefined();
    expect(app.log.warnings).toEqual(['The usage of a model call has an invalid inputTokens; it was dropped.']);
  });
});

describe('Usage by a promise', () => {
  const promised = (tracker: ExecutionTracker, report: Promise<ReportedUsage>) =>
    tracker.trackModel({ model: 'm', usage: () => report as Promise<{ inputTokens: number }> }, () => 'text');

  it('is waited for by the call and by the agents around it, whose time is over', async () => {
    const app = await start();
    const report = new LateReport();
    app.tracker.trackAgent('writer', () => {
      promised(app.tracker, report.promise);
      app.clock.advance(100);
    });
    app.clock.advance(500);
    expect(app.metrics.getHistory()).toEqual([]);
    expect(app.metrics.getAgentMetrics('writer')!.inProgress).toBe(1);

    report.arrive({ inputTokens: 1_000 });
    await report.promise;
    await Promise.resolve();
    const [writer, call] = app.metrics.getHistory();
    expect(call).toMatchObject({ kind: 'model', durationMs: 0, costUsd: 0.01 });
    expect(writer).toMatchObject({ kind: 'agent', durationMs: 100, costUsd: 0.01, totalCostUsd: 0.01, modelCalls: 1 });
    expect(writer!.endTime.getTime() - call!.endTime.getTime()).toBe(100);
  });

  it('is waited for a second; what comes later counts in the sums alone', async () => {
    const app = await start();
    const report = new LateReport();
    promised(app.tracker, report.promise);
    app.clock.advance(1_000);
    expect(only(app)).toMatchObject({ durationMs: 0, tokenUsage: undefined, costUsd: undefined });

    report.arrive({ inputTokens: 1_000 });
    await report.promise;
    await Promise.resolve();
    expect(app.metrics.getModelMetrics('m')!.tokenUsage).toMatchObject({ calls: 1, inputTokens: 1_000, costUsd: 0.01 });
  });

  it('is waited for where a chunk has it, too', async () => {
    const app = await start();
    const report = new LateReport();
    const usage = (source: unknown) => (source === 'text' ? report.promise : undefined);
    await readAll(
      app.tracker.trackModel({ model: 'm', usage }, async function* () {
        yield 'text';
      }),
    );
    expect(app.metrics.getHistory()).toEqual([]);
    report.arrive({ inputTokens: 1_000 });
    await new Promise(setImmediate);
    expect(only(app)).toMatchObject({ costUsd: 0.01 });
  });

  it('that rejects is logged once and ends nothing', async () => {
    const app = await start();
    promised(app.tracker, Promise.reject(new Error('No usage.')));
    await new Promise(setImmediate);
    expect(only(app)).toMatchObject({ status: 'success', tokenUsage: undefined });
    expect(app.log.errors).toHaveLength(1);
  });

  it('is not waited for by an application that closes', async () => {
    const app = await start();
    app.tracker.trackAgent('writer', () => promised(app.tracker, new Promise(() => {})));
    const { metrics } = app;
    await app.close();
    expect(metrics.getHistory().map(({ kind, status }) => [kind, status])).toEqual([
      ['agent', 'success'],
      ['model', 'success'],
    ]);
  });
});

describe('A call without usage', () => {
  it.each([
    ['a value', () => 'text', 'success'],
    ['a failure', () => Promise.reject(new Error('503')), 'error'],
  ])('%s has no tokens and no cost', async (_what, fn, status) => {
    const app = await start();
    await app.tracker.trackModel('m', async () => fn()).catch(() => {});
    expect(only(app)).toMatchObject({ status, tokenUsage: undefined, costUsd: undefined, costSource: undefined });
    expect(app.metrics.getModelMetrics('m')!.tokenUsage).toMatchObject({ calls: 1, unpricedCalls: 0, costUsd: 0 });
  });
});

describe('What an agent has used', () => {
  it('is that of its own model calls, and in the totals everything inside it', async () => {
    const app = await start();
    const { tracker, metrics } = app;
    const call = (inputTokens: number, model = 'm') =>
      tracker.trackModel({ model, provider: 'p', usage: () => ({ inputTokens }) }, () => 'text');
    tracker.trackAgent('outer', () => {
      call(1_000);
      tracker.trackTool('search', () => call(2_000));
      tracker.trackAgent('inner', () => {
        call(4_000);
        tracker.trackTool('read', () => {});
      });
      tracker.trackTool('read', () => {});
    });
    const [outer] = metrics.getHistory({ agentId: 'outer', kind: 'agent' });
    const [inner] = metrics.getHistory({ agentId: 'inner', kind: 'agent' });
    expect(outer).toMatchObject({
      costUsd: 0.03,
      totalCostUsd: 0.07,
      totalTokens: 7_000,
      toolCalls: 2,
      modelCalls: 2,
      tokenUsage: { calls: 2, inputTokens: 3_000 },
    });
    expect(inner).toMatchObject({ costUsd: 0.04, totalCostUsd: 0.04, totalTokens: 4_000, toolCalls: 1, modelCalls: 1 });
    expect(metrics.getHistory({ kind: 'model' })[0]).toMatchObject({ provider: 'p', toolCalls: undefined });
    expect(metrics.getSystemMetrics().tokenUsage).toMatchObject({ calls: 3, costUsd: 0.07 });
  });

  it('has records that are made inside it', async () => {
    const app = await start();
    app.tracker.trackAgent('writer', () => {
      app.metrics.recordModelCall({ model: 'other', inputTokens: 5, costUsd: 0.5 });
      app.metrics.recordModelCall({ model: 'm', inputTokens: 1_000 });
      app.metrics.recordToolExecution({ toolName: 'search', durationMs: 1, status: 'success' });
    });
    expect(app.metrics.getHistory({ kind: 'agent' })[0]).toMatchObject({
      toolCalls: 1,
      modelCalls: 2,
      costUsd: 0.51,
      costSource: 'estimated',
      totalTokens: 1_005,
    });
  });

  it('is unknown where no price is known, and zero calls where it called nothing', async () => {
    const app = await start();
    app.tracker.trackAgent('writer', () => app.metrics.recordModelCall({ model: 'unheard-of', inputTokens: 5 }));
    app.tracker.trackAgent('idler', () => {});
    app.metrics.recordAgentExecution({ agentId: 'told', durationMs: 1, status: 'success' });
    const [told, idler, writer] = app.metrics.getHistory({ kind: 'agent' });
    expect(writer).toMatchObject({ costUsd: undefined, totalCostUsd: undefined, totalTokens: 5 });
    expect(writer!.tokenUsage).toMatchObject({ unpricedCalls: 1 });
    expect(idler).toMatchObject({ toolCalls: 0, modelCalls: 0, tokenUsage: undefined, totalTokens: undefined });
    expect(told).toMatchObject({ toolCalls: undefined, modelCalls: undefined });
  });

  it('does not count a generator that nobody reads', async () => {
    const app = await start();
    app.tracker.trackAgent('writer', () => {
      app.tracker.trackTool('lazy', function* () {
        yield 1;
      });
    });
    expect(only(app)).toMatchObject({ toolCalls: 0 });
  });
});

describe('@TrackModel', () => {
  interface Completion {
    readonly text: string;
    readonly tokens: number;
  }

  @Injectable()
  class Client {
    @TrackModel({
      model: (_prompt: string, model: string) => model,
      provider: 'lab',
      usage: ({ tokens }: Completion) => ({ outputTokens: tokens }),
    })
    async complete(prompt: string, _model: string): Promise<Completion> {
      return { text: prompt, tokens: 4 };
    }

    @TrackModel({ model: 'm', firstToken: (chunk: string) => chunk !== '' })
    async *stream() {
      yield '';
      currentExecution()!.usage({ outputTokens: 2 });
      yield 'text';
    }
  }

  @Injectable()
  class Agent {
    constructor(private readonly client: Client) {}

    @TrackAgent('writer')
    async run() {
      await this.client.complete('question', 'small');
      await readAll(this.client.stream());
    }
  }

  it('counts the model calls of a provider under its agent', async () => {
    const app = await CollectionApp.start({ pricing: PRICES }, { providers: [Client, Agent] });
    await app.app.get(Agent).run();
    expect(app.metrics.getHistory({ kind: 'model' })).toMatchObject([
      { model: 'm', agentId: 'writer', chunks: 2, tokenUsage: { outputTokens: 2 } },
      { model: 'small', provider: 'lab', agentId: 'writer', tokenUsage: { outputTokens: 4 } },
    ]);
    expect(Client.prototype.complete.name).toBe('complete');
    expect(Client.prototype.complete).toHaveLength(2);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty name', ''],
    ['options without a name', { provider: 'lab' }],
  ])('needs a name, and %s is none', (_what, options) => {
    expect(() => TrackModel(options as string)).toThrow(
      "@TrackModel: the model has no name. Give it as a string, or as { model: '...' }.",
    );
  });

  it('tracks run on a class, or the methods that it is given', async () => {
    @TrackModel({ model: 'm', methods: ['ask'] })
    @Injectable()
    class Model {
      ask() {
        return 'text';
      }
    }
    const app = await CollectionApp.start({}, { providers: [Model] });
    app.app.get(Model).ask();
    expect(only(app)).toMatchObject({ kind: 'model', model: 'm', agentId: undefined });
    expect(app.metrics.getAgents().size).toBe(0);
  });
});

describe('The options of a model call', () => {
  it('know the types of arguments, results and chunks', async () => {
    const app = await start();
    const complete = trackedModel(
      {
        model: (prompt) => prompt.toLowerCase(),
        usage: ({ tokens }) => ({ inputTokens: tokens.toFixed(0).length }),
        until: ({ done }) => done.finally(),
      },
      (prompt: string) => ({ tokens: prompt.length, done: Promise.resolve() }),
    );
    const stream = trackedModel(
      // @ts-expect-error A chunk has no tokens, but a text.
      { model: 'm', firstToken: ({ text }) => text !== '', usage: ({ text }) => ({ inputTokens: text }) },
      async function* (): AsyncGenerator<Chunk> {
        yield { text: 'a' };
      },
    );
    await complete('LAB').done;
    await readAll(stream());
    expect(app.metrics.getHistory().map(({ model }) => model)).toEqual(['m', 'lab']);
  });
});
