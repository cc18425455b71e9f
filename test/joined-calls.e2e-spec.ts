import { Test } from '@nestjs/testing';
import type * as metrics from '../src';
import {
  currentExecution,
  MetricsModule,
  startExecution,
  trackedModel,
  trackedTool,
  type ExecutionHandle,
  type MetricsModuleOptions,
} from '../src';
import { CollectionApp } from './support/collection-app';

const PRICES = { m: { inputPerMillion: 10, outputPerMillion: 100 } };
const start = (options: MetricsModuleOptions = {}) => CollectionApp.start({ pricing: PRICES, ...options });

const readAll = async (stream: AsyncIterable<unknown>) => {
  for await (const chunk of stream) void chunk;
};

const counted = ({ metrics }: CollectionApp) =>
  metrics.getHistory().map(({ kind, toolName, model, status }) => [kind, toolName ?? model, status]);

describe('A model call inside a model call', () => {
  const inner = trackedModel(
    { model: 'm-2024', usage: ({ tokens }) => ({ inputTokens: tokens }) },
    async (tokens: number) => ({ tokens }),
  );

  it('is the same call: its tokens are added there', async () => {
    const app = await start();
    await app.tracker.trackModel('m', () => inner(1_000));
    expect(app.metrics.getHistory()).toMatchObject([{ model: 'm', tokenUsage: { calls: 1, inputTokens: 1_000 } }]);
    expect(app.metrics.getModelMetrics('m-2024')).toBeUndefined();
  });

  it('adds up where it is tried again, with its retries', async () => {
    const app = await start();
    await app.tracker.trackModel('m', async () => {
      await inner(1_000);
      currentExecution()!.recordRetry();
      await inner(200);
    });
    expect(app.metrics.getHistory()).toMatchObject([{ model: 'm', retries: 1, tokenUsage: { inputTokens: 1_200 } }]);
  });

  it('says nothing of tokens where the outer call reports them itself', async () => {
    const app = await start();
    await app.tracker.trackModel({ model: 'm', usage: () => ({ inputTokens: 7 }) }, () => inner(1_000));
    expect(app.metrics.getHistory()).toMatchObject([{ tokenUsage: { inputTokens: 7 } }]);
  });

  it('is the outer call to the code inside it, and to what that code calls', async () => {
    const app = await start();
    const seen: (ExecutionHandle | undefined)[] = [];
    app.tracker.trackModel('m', () => {
      seen.push(currentExecution());
      app.tracker.trackModel('inside', () => {
        seen.push(currentExecution());
        app.tracker.trackTool('search', () => {});
      });
    });
    expect(seen[1]).toBe(seen[0]);
    expect(app.metrics.getHistory({ kind: 'tool' })[0]!.parentId).toBe(seen[0]!.id);
    expect(counted(app)).toEqual([
      ['model', 'm', 'success'],
      ['tool', 'search', 'success'],
    ]);
  });

  it('makes a failure of a call that hides its failure', async () => {
    const app = await start();
    const failing = trackedModel('m', async () => {
      throw Object.assign(new Error('Overloaded.'), { status: 529 });
    });
    await app.tracker.trackModel('m', () => failing().catch(() => 'nothing'));
    expect(app.metrics.getHistory()).toMatchObject([{ model: 'm', status: 'error', httpStatus: 529 }]);
  });

  it('makes none of a call that tries again', async () => {
    const app = await start();
    let calls = 0;
    const flaky = trackedModel('m', async () => {
      if ((calls += 1) === 1) throw new Error('503');
    });
    await app.tracker.trackModel('m', () => flaky().catch(() => flaky()));
    expect(counted(app)).toEqual([['model', 'm', 'success']]);
  });

  it('keeps the outer call open until its stream has been read, and tells the first token', async () => {
    const app = await start();
    const stream = app.tracker.trackModel('m', () => {
      const tokens = app.tracker.trackModel('m', async function* () {
        app.clock.advance(30);
        yield 'a';
        app.clock.advance(20);
      });
      return { tokens };
    });
    // What is handed out in an object is not seen; the inner call has not begun when the outer one ends.
    await readAll(stream.tokens);
    expect(app.metrics.getHistory()).toMatchObject([
      { durationMs: 50, timeToFirstChunkSeconds: 0.03 },
      { durationMs: 0 },
    ]);
  });

  it('that has begun keeps the outer call open', async () => {
    const app = await start();
    const handle = app.tracker.trackModel('m', () => {
      app.clock.advance(5);
      return [startExecution({ kind: 'model', name: 'm' })];
    });
    app.clock.advance(10);
    handle[0]!.firstToken();
    handle[0]!.usage({ inputTokens: 1_000, outputTokens: 10 });
    app.clock.advance(10);
    expect(app.metrics.getHistory()).toEqual([]);
    handle[0]!.end();
    expect(app.metrics.getHistory()).toMatchObject([
      { durationMs: 25, timeToFirstChunkSeconds: 0.015, costUsd: 0.011 },
    ]);
    expect(app.metrics.getModelMetrics('m')).toMatchObject({ executionCount: 1, inProgress: 0 });
  });

  it('with a tool between is a call of its own', async () => {
    const app = await start();
    app.tracker.trackModel('m', () => app.tracker.trackTool('search', () => app.tracker.trackModel('m', () => {})));
    expect(counted(app)).toEqual([
      ['model', 'm', 'success'],
      ['tool', 'search', 'success'],
      ['model', 'm', 'success'],
    ]);
  });
});

describe('A tool inside an execution of its name', () => {
  const search = trackedTool('search', async (text: string) => text);

  it('is the same call where a handle began it', async () => {
    const app = await start({ measurePayloads: true });
    const handle = startExecution({ kind: 'tool', name: 'search' });
    await expect(handle.run(() => search('text'))).resolves.toBe('text');
    handle.end();
    expect(app.metrics.getHistory()).toMatchObject([{ toolName: 'search', inputBytes: 4, outputBytes: 4 }]);
  });

  it('has one output, whether or not the handle tells it too', async () => {
    const app = await start({ measurePayloads: true });
    const handle = startExecution({ kind: 'tool', name: 'search' });
    handle.returned({ text: await handle.run(() => search('text')) });
    handle.end();
    expect(app.metrics.getHistory()).toMatchObject([{ outputBytes: '{"text":"text"}'.length }]);
  });

  it('is another call where it calls itself', async () => {
    const app = await start();
    const countdown = trackedTool('countdown', (from: number): void => {
      if (from > 0) countdown(from - 1);
    });
    countdown(2);
    expect(app.metrics.getToolMetrics('countdown')).toMatchObject({ executionCount: 3 });
  });

  it('is another call under another name', async () => {
    const app = await start();
    const handle = startExecution({ kind: 'tool', name: 'gateway' });
    await handle.run(() => search('text'));
    handle.end();
    expect(counted(app)).toEqual([
      ['tool', 'gateway', 'success'],
      ['tool', 'search', 'success'],
    ]);
  });

  it('tells its failure, unless the handle says otherwise', async () => {
    const app = await start();
    const failing = trackedTool('search', () => {
      throw new RangeError('Too long.');
    });
    for (const end of [undefined, 'success'] as const) {
      const handle = startExecution({ kind: 'tool', name: 'search' });
      expect(() => handle.run(failing)).toThrow(RangeError);
      handle.end(end);
    }
    expect(app.metrics.getHistory().map(({ status, errorType }) => [status, errorType])).toEqual([
      ['success', undefined],
      ['error', 'RangeError'],
    ]);
  });

  it('has its own limit, which ends only itself', async () => {
    const app = await start();
    const slow = trackedTool({ name: 'search', timeoutMs: 50 }, () => new Promise(() => {}));
    const handle = startExecution({ kind: 'tool', name: 'search' });
    const result = handle.run(slow);
    const { signal } = handle;
    app.clock.advance(50);
    await expect(result).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(signal.aborted).toBe(true);
    handle.end();
    expect(counted(app)).toEqual([['tool', 'search', 'timeout']]);
  });
});

describe('A handle of another copy of the package', () => {
  it('is a valid parent', async () => {
    const app = await start();
    let copy!: Pick<typeof metrics, 'startExecution'>;
    jest.isolateModules(() => {
      copy = jest.requireActual<typeof metrics>('../src');
    });
    expect(copy.startExecution).not.toBe(startExecution);
    const parent = startExecution({ kind: 'agent', id: 'writer' });
    const child = copy.startExecution({ kind: 'tool', name: 'search', parent });
    child.end();
    parent.end();
    expect(app.metrics.getHistory()).toMatchObject([
      { kind: 'agent', id: parent.id, toolCalls: 1 },
      { kind: 'tool', parentId: parent.id, agentId: 'writer' },
    ]);
  });
});

describe('startExecution', () => {
  it('belongs to the application of its parent, where several are live', async () => {
    const [app, other] = [await start(), await start()];
    const parent = app.tracker.start({ kind: 'agent', id: 'writer' });
    startExecution({ kind: 'tool', name: 'search', parent }).end();
    startExecution({ kind: 'tool', name: 'search' }).end();
    parent.end();
    expect(counted(app).map(([kind]) => kind)).toEqual(['agent', 'tool']);
    expect(counted(other)).toEqual([]);
  });

  it.each([
    ['without any application', async () => {}],
    [
      'after the application has closed',
      async () => {
        const module = await Test.createTestingModule({ imports: [MetricsModule.forRoot()] }).compile();
        await module.init();
        await module.close();
      },
    ],
  ])('counts nothing and harms nothing %s', async (_when, prepare) => {
    await prepare();
    const handle = startExecution({ kind: 'model', name: 'm' });
    handle.usage({ inputTokens: 1 });
    handle.firstToken();
    handle.chunk('a');
    handle.returned('a');
    handle.rename({ name: 'n' });
    expect(handle.spent).toEqual({ tokens: 0, costUsd: 0, toolCalls: 0, modelCalls: 0 });
    expect(handle.run(() => 'result')).toBe('result');
    handle.end({ error: new Error('late') });
    expect(handle.signal.aborted).toBe(false);
  });
});
