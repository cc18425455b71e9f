import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { firstValueFrom, lastValueFrom, Observable } from 'rxjs';
import {
  currentExecution,
  ExecutionTimeoutError,
  ExecutionTracker,
  METRICS_CLOCK,
  MetricsCollector,
  MetricsModule,
  TrackAgent,
  trackedTool,
  TrackTool,
  type ExecutionHandle,
  type MetricsModuleOptions,
} from '../src';
import { ManualClock } from '../src/testing';

const never = () => new Promise<never>(() => {});

/** Lets everything run that waits for nothing but its turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

@Injectable()
class Tools {
  constructor(private readonly tracker: ExecutionTracker) {}

  handle: ExecutionHandle | undefined;
  cleanedUp = 0;

  @TrackTool({ name: 'slow', timeoutMs: 50 })
  async slow() {
    this.handle = currentExecution();
    return never();
  }

  @TrackTool('nested_slow')
  async nestedSlow() {
    this.handle = currentExecution();
    return never();
  }

  @TrackTool('unlimited')
  async unlimited(work: Promise<string>) {
    return work;
  }

  @TrackTool('echo')
  async echo(text: string) {
    return text;
  }

  @TrackTool({ name: 'free', timeoutMs: 0 })
  async free(work: Promise<string>) {
    return work;
  }

  @TrackTool({ name: 'generate', timeoutMs: 50 })
  async *generate(steps: Promise<string>[]) {
    try {
      for (const step of steps) yield await step;
    } finally {
      this.cleanedUp += 1;
    }
  }

  @TrackTool({ name: 'count', timeoutMs: 50 })
  *count() {
    try {
      for (let i = 0; ; i += 1) yield i;
    } finally {
      this.cleanedUp += 1;
    }
  }

  @TrackTool({ name: 'observe', timeoutMs: 50 })
  observe(): Observable<number> {
    return new Observable<number>((subscriber) => {
      subscriber.next(1);
      return () => (this.cleanedUp += 1);
    });
  }

  @TrackTool({ name: 'read', timeoutMs: 50 })
  read(): Readable {
    return new Readable({ read: () => {}, destroy: (error, done) => ((this.cleanedUp += 1), done(error)) });
  }

  @TrackTool({ name: 'web', timeoutMs: 50 })
  web(): ReadableStream<string> {
    return new ReadableStream<string>({ cancel: () => void (this.cleanedUp += 1) });
  }

  @TrackTool({ name: 'lazy', timeoutMs: 50 })
  lazy(): PromiseLike<string> {
    const pending = never();
    // A query builder: it runs when somebody waits for it.
    return { then: (onFulfilled, onRejected) => pending.then(onFulfilled, onRejected) };
  }

  step(work: Promise<unknown>) {
    return this.tracker.trackTool('step', async () => work);
  }
}

@Injectable()
class Agents {
  @TrackAgent({ id: 'limited', timeoutMs: 100 })
  async limited(work: () => Promise<unknown>) {
    return work();
  }

  @TrackAgent('agent')
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  @TrackAgent('nested')
  async nested<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }
}

describe('limits', () => {
  let clock: ManualClock;
  let module: TestingModule;
  let tools: Tools;
  let agents: Agents;
  let metrics: MetricsCollector;

  async function start(options: MetricsModuleOptions = {}): Promise<void> {
    clock = new ManualClock();
    module = await Test.createTestingModule({ imports: [MetricsModule.forRoot(options)], providers: [Tools, Agents] })
      .overrideProvider(METRICS_CLOCK)
      .useValue(clock)
      .compile();
    await module.init();
    [tools, agents, metrics] = [module.get(Tools), module.get(Agents), module.get(MetricsCollector)];
  }

  afterEach(() => module.close());

  /** A piece of work that takes so long on the manual clock. */
  const taking = (milliseconds: number) =>
    new Promise<string>((resolve) => void clock.after(milliseconds, () => resolve(`after ${milliseconds}`)));

  /** Settled results, after the clock has moved on in small steps. */
  async function settle<Result>(work: Promise<Result>, milliseconds: number): Promise<PromiseSettledResult<Result>> {
    const settled = Promise.allSettled([work]);
    for (let ms = 0; ms < milliseconds; ms += 1) {
      await turn();
      clock.advance(1);
    }
    await turn();
    return (await settled)[0];
  }

  const outcomes = (tool: string) => {
    const seen = metrics.getToolMetrics(tool);
    return seen && [seen.successCount, seen.errorCount, seen.timeoutCount, seen.cancelledCount, seen.inProgress];
  };

  it('reject the promise, record a timeout at that moment and abort the signal', async () => {
    await start();
    const call = tools.slow();
    const { signal } = tools.handle!;
    clock.advance(49);
    expect(signal.aborted).toBe(false);
    clock.advance(1);
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExecutionTimeoutError);
    expect(error).toMatchObject({
      name: 'TimeoutError',
      kind: 'tool',
      executionName: 'slow',
      limitMs: 50,
      sequence: false,
      message: 'The tool "slow" took longer than 50 ms.',
    });
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(error);
    expect(metrics.getToolMetrics('slow')).toMatchObject({ timeoutCount: 1, inProgress: 0, maxDurationMs: 50 });
    expect(metrics.getHistory({ toolName: 'slow' })).toMatchObject([{ status: 'timeout', errorType: 'TimeoutError' }]);
  });

  it('hand out an aborted signal to whoever asks for it only after the limit', async () => {
    await start();
    const call = tools.slow();
    clock.advance(50);
    await expect(call).rejects.toThrow('took longer');
    expect(tools.handle!.signal.aborted).toBe(true);
  });

  it('abort the signal of what runs inside', async () => {
    await start();
    const call = agents.limited(() => tools.nestedSlow());
    await turn();
    const { signal } = tools.handle!;
    clock.advance(100);
    await expect(call).rejects.toThrow('The agent "limited" took longer than 100 ms.');
    expect(signal.reason).toMatchObject({ kind: 'agent', executionName: 'limited' });
  });

  it('take nothing from what goes on in the background afterwards', async () => {
    await start({ timeouts: { toolMs: 10 } });
    let finish!: (value: string) => void;
    const call = tools.unlimited(new Promise((resolve) => (finish = resolve)));
    clock.advance(10);
    await expect(call).rejects.toThrow('took longer than 10 ms');
    const before = await metrics.exportMetrics('prometheus');
    finish('late');
    await turn();
    expect(outcomes('unlimited')).toEqual([0, 0, 1, 0, 0]);
    const counts = (text: string) => text.split('\n').filter((line) => line.startsWith('crew_tool'));
    expect(counts(await metrics.exportMetrics('prometheus'))).toEqual(counts(before));
  });

  it.each<
    [what: string, options: MetricsModuleOptions, tool: 'unlimited' | 'free' | 'slow', limit: number | undefined]
  >([
    ['its decorator', { timeouts: { toolMs: 10, perTool: { slow: 20 } } }, 'slow', 50],
    ['its name', { timeouts: { toolMs: 10, perTool: { unlimited: 20 } } }, 'unlimited', 20],
    ['the default', { timeouts: { toolMs: 10 } }, 'unlimited', 10],
    ['nothing, where its decorator says 0', { timeouts: { toolMs: 10 } }, 'free', undefined],
    ['nothing, where its name says 0', { timeouts: { toolMs: 10, perTool: { unlimited: 0 } } }, 'unlimited', undefined],
    ['nothing, by default', {}, 'unlimited', undefined],
  ])('of a tool come from %s', async (_what, options, tool, limit) => {
    await start(options);
    const result = await settle(tools[tool](taking(100)), 101);
    if (limit === undefined) expect(result).toEqual({ status: 'fulfilled', value: 'after 100' });
    else expect(result).toMatchObject({ status: 'rejected', reason: { limitMs: limit } });
  });

  it('of an agent come from its decorator, else from the default', async () => {
    await start({ timeouts: { agentMs: 30 } });
    expect(
      await settle(
        agents.limited(() => taking(200)),
        201,
      ),
    ).toMatchObject({ reason: { limitMs: 100, kind: 'agent' } });
    expect(
      await settle(
        agents.run(() => taking(200)),
        201,
      ),
    ).toMatchObject({ reason: { limitMs: 30, kind: 'agent' } });
    expect(metrics.getSystemMetrics()).toMatchObject({ totalRequests: 2, failedRequests: 2, requestsInProgress: 0 });
  });

  it('go on while recording is switched off', async () => {
    await start({ enabled: false });
    expect(await settle(tools.slow(), 51)).toMatchObject({ status: 'rejected', reason: { limitMs: 50 } });
    expect(outcomes('slow')).toBeUndefined();
  });

  it('measure synchronous code and do not interrupt it', async () => {
    await start({ timeouts: { toolMs: 10 } });
    const tracker = module.get(ExecutionTracker);
    expect(tracker.trackTool('sync', () => (clock.advance(30), 'done'))).toBe('done');
    expect(metrics.getToolMetrics('sync')).toMatchObject({ successCount: 1, timeoutCount: 0, maxDurationMs: 30 });
  });

  describe('of streams', () => {
    beforeEach(() => start());

    it('fail the step of an async generator that is waited for, and tell the source to stop', async () => {
      const generator = tools.generate([Promise.resolve('a'), never()]);
      clock.advance(1_000);
      expect(await generator.next()).toEqual({ done: false, value: 'a' });
      const step = generator.next();
      clock.advance(50);
      await expect(step).rejects.toThrow('The tool "generate" took longer than 50 ms.');
      await expect(generator.next()).rejects.toThrow('took longer');
      expect(metrics.getToolMetrics('generate')).toMatchObject({ timeoutCount: 1, maxDurationMs: 50 });
    });

    it('fail the next step of an async generator that nobody waits for, and let it clean up', async () => {
      const generator = tools.generate([Promise.resolve('a'), Promise.resolve('b')]);
      await generator.next();
      clock.advance(50);
      await turn();
      expect(tools.cleanedUp).toBe(1);
      await expect(generator.next()).rejects.toThrow('took longer');
      expect(outcomes('generate')).toEqual([0, 0, 1, 0, 0]);
    });

    it('fail the next step of a sync generator', () => {
      const generator = tools.count();
      expect(generator.next().value).toBe(0);
      clock.advance(50);
      expect(tools.cleanedUp).toBe(1);
      expect(() => generator.next()).toThrow('took longer');
      expect(outcomes('count')).toEqual([0, 0, 1, 0, 0]);
    });

    it('fail the consumer of an Observable, and unsubscribe from the source', async () => {
      const last = lastValueFrom(tools.observe());
      clock.advance(50);
      await expect(last).rejects.toThrow('took longer');
      expect(tools.cleanedUp).toBe(1);
      expect(outcomes('observe')).toEqual([0, 0, 1, 0, 0]);
    });

    it('count each subscription by itself', async () => {
      await firstValueFrom(tools.observe());
      clock.advance(100);
      expect(outcomes('observe')).toEqual([0, 0, 0, 1, 0]);
    });

    it('destroy a Readable with the error where somebody listens for errors', async () => {
      const stream = tools.read();
      const failed = new Promise((resolve) => stream.once('error', resolve));
      stream.resume();
      await turn();
      clock.advance(50);
      expect(await failed).toBeInstanceOf(ExecutionTimeoutError);
      expect(outcomes('read')).toEqual([0, 0, 1, 0, 0]);
    });

    it('just end a Readable where nobody listens for errors', async () => {
      const stream = tools.read();
      const closed = new Promise<void>((resolve) => stream.once('close', resolve));
      stream.resume();
      await turn();
      clock.advance(50);
      await closed;
      expect(outcomes('read')).toEqual([0, 0, 1, 0, 0]);
    });

    it('fail the read of a web stream, and cancel the source', async () => {
      const read = tools.web().getReader().read();
      clock.advance(50);
      await expect(read).rejects.toThrow('took longer');
      await turn();
      expect(tools.cleanedUp).toBe(1);
      expect(outcomes('web')).toEqual([0, 0, 1, 0, 0]);
    });

    it('reject a lazy thenable', async () => {
      const result = tools.lazy();
      clock.advance(1_000);
      const waiting = (async () => result)();
      await turn();
      clock.advance(50);
      await expect(waiting).rejects.toThrow('took longer');
      expect(outcomes('lazy')).toEqual([0, 0, 1, 0, 0]);
    });
  });

  describe('of the tools of one agent together', () => {
    const sequence = { timeouts: { sequenceMs: 80 } };

    /** What a sequence of tool calls comes to, each awaited before the next. */
    async function inSequence(durations: readonly number[]): Promise<string[]> {
      const seen: string[] = [];
      for (const duration of durations) {
        const startedAt = clock.now();
        const outcome = await tools.step(taking(duration)).then(
          () => 'ok',
          (error: ExecutionTimeoutError) => `timeout(${error.sequence})`,
        );
        seen.push(`${outcome} after ${clock.now() - startedAt}`);
      }
      return seen;
    }

    it('let nothing in once they are used up, so that history and totals agree on payloads, too', async () => {
      await start({ ...sequence, measurePayloads: true });
      await settle(
        agents.run(async () => {
          await tools.step(taking(80)).catch(String);
          await tools.free(Promise.resolve('')).catch(String);
          return tools.echo('12345').catch(String);
        }),
        100,
      );
      const { inputBytes } = metrics.getToolMetrics('echo')!;
      expect([inputBytes, metrics.getHistory({ toolName: 'echo' })[0]?.inputBytes]).toEqual([0, 0]);
    });

    it('give two results and one timeout to three tools of 30 ms within 80 ms, then fail each call at once', async () => {
      await start(sequence);
      const result = await settle(
        agents.run(() => inSequence([30, 30, 30, 30, 30])),
        100,
      );
      expect(result).toMatchObject({
        value: [
          'ok after 30',
          'ok after 30',
          'timeout(true) after 20',
          'timeout(true) after 0',
          'timeout(true) after 0',
        ],
      });
      expect(outcomes('step')).toEqual([2, 0, 3, 0, 0]);
    });

    it('let tools that run at once use it once', async () => {
      await start(sequence);
      const atOnce = () => Promise.all([30, 30, 30].map((ms) => tools.step(taking(ms))));
      const result = await settle(
        agents.run(async () => [await atOnce(), await inSequence([40, 40])]),
        120,
      );
      expect(result).toMatchObject({ value: [expect.any(Array), ['ok after 40', 'timeout(true) after 10']] });
    });

    it('do not count the time between tools', async () => {
      await start(sequence);
      const result = await settle(
        agents.run(async () => {
          const first = await inSequence([70]);
          await taking(500);
          return [...first, ...(await inSequence([9]))];
        }),
        600,
      );
      expect(result).toMatchObject({ value: ['ok after 70', 'ok after 9'] });
    });

    it('are a budget of its own for a nested agent and for each concurrent one', async () => {
      await start(sequence);
      const results = await settle(
        Promise.all([
          agents.run(async () => [await inSequence([60]), await agents.nested(() => inSequence([60]))]),
          agents.run(() => inSequence([60])),
        ]),
        200,
      );
      expect(results).toMatchObject({ value: [[['ok after 60'], ['ok after 60']], ['ok after 60']] });
    });

    it('do not bind tools outside any agent', async () => {
      await start(sequence);
      expect(await settle(inSequence([100, 100]), 210)).toMatchObject({ value: ['ok after 100', 'ok after 100'] });
    });

    it('leave a tool no more than what is left, nor more than its own limit', async () => {
      await start({ timeouts: { sequenceMs: 80, perTool: { step: 50 } } });
      const result = await settle(
        agents.run(() => inSequence([70, 70])),
        120,
      );
      expect(result).toMatchObject({ value: ['timeout(false) after 50', 'timeout(true) after 30'] });
    });

    describe('refuse a call of a plain function', () => {
      /** How a call fails once the budget is used up. */
      const refusal = async (earlier: () => unknown, call: () => unknown) => {
        await start(sequence);
        const result = await settle(
          agents.run(async () => {
            await earlier();
            await inSequence([80]);
            try {
              const refused = call();
              expect(refused).toBeInstanceOf(Promise);
              return await (refused as Promise<unknown>).catch((error: Error) => `rejects with ${error.name}`);
            } catch (error) {
              return `throws ${(error as Error).name}`;
            }
          }),
          100,
        );
        return result.status === 'fulfilled' ? result.value : String(result.reason);
      };
      const plain = (name: string) => tracker().trackTool(name, () => Promise.resolve('plain'));
      const tracker = () => module.get(ExecutionTracker);

      it.each<[string, () => unknown, () => unknown, string]>([
        ['by throwing, where nobody has seen it', () => {}, () => plain('fetch'), 'throws TimeoutError'],
        ['by rejecting, where it returned a promise', () => plain('fetch'), () => plain('fetch'), 'rejects'],
        [
          'by rejecting, where another function of that name did',
          () => tracker().trackTool('fetch', async () => {}),
          () => trackedTool('fetch', () => Promise.resolve())(),
          'rejects',
        ],
        [
          'by rejecting, where a call that failed did',
          () =>
            tracker()
              .trackTool('fetch', () => Promise.reject(new Error('no')))
              .catch(() => {}),
          () => plain('fetch'),
          'rejects',
        ],
        [
          'by throwing, where it returned a value',
          () => tracker().trackTool('fetch', () => 1),
          () => tracker().trackTool('fetch', () => 1),
          'throws TimeoutError',
        ],
        [
          'by throwing, where an agent of that name returned a promise',
          () => tracker().trackAgent('fetch', () => Promise.resolve()),
          () => plain('fetch'),
          'throws TimeoutError',
        ],
      ])('%s', async (_name, earlier, call, outcome) => {
        expect(await refusal(earlier, call)).toMatch(outcome);
      });
    });

    it('fail a generator that begins with nothing left at its first step', async () => {
      await start(sequence);
      const result = await settle(
        agents.run(async () => {
          const generator = tools.generate([Promise.resolve('a')]);
          await inSequence([80]);
          return generator.next().catch((error: ExecutionTimeoutError) => error.sequence);
        }),
        100,
      );
      expect(result).toMatchObject({ value: true });
      expect(outcomes('generate')).toEqual([0, 0, 1, 0, 0]);
    });
  });

  describe('and pauses', () => {
    it('do not count the time that waits on a human, in the tool, its agent and their budget', async () => {
      await start({ timeouts: { agentMs: 100, sequenceMs: 60 } });
      const result = await settle(
        agents.run(() =>
          module.get(ExecutionTracker).trackTool('approve', async () => {
            await taking(20);
            const resume = currentExecution()!.pause();
            await taking(500);
            resume();
            return taking(20);
          }),
        ),
        600,
      );
      expect(result).toMatchObject({ status: 'fulfilled' });
      expect(metrics.getToolMetrics('approve')).toMatchObject({ successCount: 1, maxDurationMs: 40 });
      expect(metrics.getAgentMetrics('agent')).toMatchObject({ successCount: 1, maxDurationMs: 40 });
      const [agent, tool] = metrics.getHistory();
      expect(agent!.endTime.getTime() - agent!.startTime.getTime()).toBe(540);
      expect(agent!.startTime).toEqual(tool!.startTime);
    });

    it('go on with what was left', async () => {
      await start();
      const call = tools.slow();
      clock.advance(30);
      const resume = tools.handle!.pause();
      clock.advance(1_000);
      resume();
      clock.advance(19);
      expect(outcomes('slow')).toEqual([0, 0, 0, 0, 1]);
      clock.advance(1);
      await expect(call).rejects.toThrow('took longer than 50 ms');
      expect(metrics.getToolMetrics('slow')).toMatchObject({ maxDurationMs: 50 });
    });
  });

  it('hold under fake timers', async () => {
    jest.useFakeTimers();
    try {
      module = await Test.createTestingModule({ imports: [MetricsModule.forRoot()], providers: [Tools] }).compile();
      const call = module.get(Tools).slow();
      const failed = expect(call).rejects.toThrow('took longer than 50 ms');
      await jest.advanceTimersByTimeAsync(50);
      await failed;
    } finally {
      jest.useRealTimers();
    }
  });

  it('set one timer for all calls, which the close of the application clears', async () => {
    jest.useFakeTimers();
    try {
      module = await Test.createTestingModule({ imports: [MetricsModule.forRoot()], providers: [Tools] }).compile();
      const before = jest.getTimerCount();
      for (let call = 0; call < 3; call += 1) void module.get(Tools).slow();
      expect(jest.getTimerCount()).toBe(before + 1);
      await module.close();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  describe('call code of the application', () => {
    const requests = new AsyncLocalStorage<string>();
    const inTwoRequests = (ask: () => void) => ['first', 'second'].forEach((request) => requests.run(request, ask));

    it.each<[string, (told: () => void) => void]>([
      ['of a signal', (told) => (tools.slow().catch(() => {}), tools.handle!.signal.addEventListener('abort', told))],
      ['of an Observable', (told) => void tools.observe().subscribe({ error: told })],
      ['of a Readable', (told) => void tools.read().once('error', told).resume()],
    ])('%s in the context of its own request', async (_name, ask) => {
      await start();
      const told: unknown[] = [];
      inTwoRequests(() => ask(() => told.push(requests.getStore())));
      await turn();
      clock.advance(50);
      await turn();
      expect(told).toEqual(['first', 'second']);
    });
  });

  it('leave no timer behind when the call ends before', async () => {
    await start();
    const after = jest.spyOn(clock, 'after');
    const subscription = tools.observe().subscribe();
    subscription.unsubscribe();
    const [[, fire]] = after.mock.calls as [[number, () => void]];
    fire();
    expect(outcomes('observe')).toEqual([0, 0, 0, 1, 0]);
  });
});
