import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { lastValueFrom, of } from 'rxjs';
import {
  BudgetExceededError,
  currentExecution,
  trackedAgent,
  trackedModel,
  trackedTool,
  type Budget,
  type BudgetStore,
  type BudgetSums,
  type MetricsRootOptions,
} from '../src';
import { CollectionApp } from './support/collection-app';
import { Gate } from './support/gate';

let app: CollectionApp;

/** Ten cents a token. */
const pricing = { gpt: { inputPerMillion: 100_000, outputPerMillion: 0 } };
const DAY: Budget = { name: 'day', by: 'application', costUsd: 0.3, window: '1d' };

const start = async (budgets: readonly Budget[], options: MetricsRootOptions = {}) => {
  app = await CollectionApp.start({ budgets, pricing, ...options });
};

const usage = (tokens: number) => ({ inputTokens: tokens, outputTokens: 0 });
const ask = trackedModel({ model: 'gpt', usage }, async (tokens: number) => tokens);
const times = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, i) => make(i));

async function outcomesOf(calls: (() => unknown)[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const call of calls) {
    try {
      await call();
      outcomes.push('made');
    } catch (error) {
      outcomes.push(error instanceof BudgetExceededError ? `${error.budget} ${error.spent}` : (error as Error).name);
    }
  }
  return outcomes;
}

const spent = () =>
  app.metrics
    .getBudgets()
    .map(({ name, subject, spentUsd, spentTokens }) => [name, subject ?? '', spentUsd ?? spentTokens]);

/** A store whose answers a test gives, one by one. */
class AskedStore implements BudgetStore {
  readonly told: BudgetSums[] = [];
  /** What it answers to all, once it is open. */
  room: BudgetSums = { spent: 0, held: 0 };
  private answersAll = false;
  private readonly waiting: ((others: BudgetSums | Error) => void)[] = [];
  storeTimeoutMs = 200;
  onStoreFault: 'allow' | 'stop' = 'allow';

  exchange(_account: object, own: BudgetSums): Promise<BudgetSums> {
    this.told.push(own);
    if (this.answersAll) return Promise.resolve(this.room);
    return new Promise((resolve, reject) =>
      this.waiting.push((others) => (others instanceof Error ? reject(others) : resolve(others))),
    );
  }

  /** Nobody waits for it any more. */
  open(): void {
    this.answersAll = true;
    for (const answer of this.waiting.splice(0)) answer({ spent: 0, held: 0 });
  }

  async answer(others: BudgetSums | Error = { spent: 0, held: 0 }): Promise<void> {
    for (let turns = 0; turns < 50 && this.waiting.length === 0; turns += 1) await turn();
    this.waiting.shift()!(others);
    await turn();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const NO_ROOM: BudgetSums = { spent: 300_000, held: 0 };

describe('A budget of model calls', () => {
  it('is spent to the cent, and opens again with its window', async () => {
    await start([DAY]);
    expect(await outcomesOf(times(5, () => () => ask(1)))).toEqual(['made', 'made', 'made', 'day 0.3', 'day 0.3']);
    expect(spent()).toEqual([['day', '', 0.3]]);
    app.clock.advance(24 * 3_600_000);
    expect(await outcomesOf([() => ask(1)])).toEqual(['made']);
  });

  it('says when it opens again', async () => {
    await start([DAY]);
    await ask(3);
    await expect(ask(1)).rejects.toMatchObject({
      name: 'BudgetExceededError',
      budget: 'day',
      by: 'application',
      measure: 'costUsd',
      limit: 0.3,
      spent: 0.3,
      window: '1d',
      resetsAt: new Date('2025-01-02T00:00:00.000Z'),
    });
  });

  it('reserves what a call may cost, so that calls at the same time do not go beyond it', async () => {
    await start([{ ...DAY, costUsd: 1, reserve: { costUsd: 0.1 } }]);
    const gate = new Gate();
    let begun = 0;
    const slow = trackedModel({ model: 'gpt', usage }, async () => ((begun += 1), await gate.passed, 1));
    const settled = Promise.allSettled(times(50, () => slow()));
    expect(begun).toBe(10);
    gate.open();
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(spent()).toEqual([['day', '', 1]]);
  });

  it('gives back what a call reserved and did not use, also where it failed or was cancelled', async () => {
    await start([{ ...DAY, costUsd: 0.2, reserve: { costUsd: 0.2 } }]);
    const fails = trackedModel('gpt', async () => Promise.reject(new Error('No.')));
    const streams = trackedModel('gpt', async function* () {
      yield* ['a', 'b'];
    });
    expect(await outcomesOf([fails, fails])).toEqual(['Error', 'Error']);
    for await (const chunk of streams()) if (chunk === 'a') break;
    expect(await outcomesOf([() => ask(2), () => ask(0)])).toEqual(['made', 'day 0.2']);
  });

  it('counts what is recorded by hand, and what is told after the end of a call', async () => {
    await start([
      { ...DAY, costUsd: 10 },
      { name: 'agents', by: 'agent', tokens: 100, window: '1h' },
    ]);
    let late: (() => void) | undefined;
    await app.tracker.trackAgent('crew', async () => {
      app.metrics.recordModelCall({ model: 'gpt', inputTokens: 1 });
      await app.tracker.trackModel('gpt', async () => {
        late = () => app.metrics.recordModelCall({ model: 'gpt', inputTokens: 2 });
        currentExecution()!.run(() => app.metrics.recordModelCall({ model: 'gpt', inputTokens: 4 }));
      });
    });
    app.metrics.recordModelCall({ model: 'gpt', inputTokens: 8, agentId: 'other' });
    late!();
    expect(app.metrics.getModelMetrics('gpt')!.tokenUsage.costUsd).toBeCloseTo(1.5);
    expect(spent()).toEqual([
      ['day', '', 1.5],
      ['agents', 'other', 8],
      ['agents', 'crew', 5],
    ]);
  });

  it('counts each call once, however many see it', async () => {
    await start([DAY]);
    await app.tracker.trackModel('gpt', async () => ask(1));
    const handle = app.tracker.start({ kind: 'model', name: 'gpt' });
    await handle.run(() => ask(1));
    handle.end();
    expect(spent()).toEqual([['day', '', 0.2]]);
  });

  it('of agents is drawn on by what is inside them, by each once', async () => {
    await start([{ name: 'agents', by: 'agent', costUsd: 0.3, window: '1d' }]);
    const inner = trackedAgent('inner', async (tokens: number) => ask(tokens));
    const outer = (tokens: number) => app.tracker.trackAgent('outer', async () => inner(tokens));
    for (let i = 0; i < 2; i += 1) await app.tracker.trackAgent('inner', async () => inner(1));
    expect(spent()).toEqual([['agents', 'inner', 0.2]]);
    await outer(1);
    expect(spent()).toEqual([
      ['agents', 'inner', 0.3],
      ['agents', 'outer', 0.1],
    ]);
    expect(await outcomesOf([() => outer(1), () => app.tracker.trackAgent('outer', async () => ask(1))])).toEqual([
      'agents 0.3',
      'made',
    ]);
  });

  it('of tenants is drawn on by their requests, each with the limit that a function gives', async () => {
    const costUsd = (tenant: string) => (tenant === 'paid' ? 0.3 : 0.1);
    const breakdown = { value: ([tenant]: readonly unknown[]) => tenant as string };
    await start([{ name: 'tenants', by: 'breakdown', costUsd, window: '1d' }], { breakdown });
    const answer = trackedAgent('desk', async (_tenant: string) => ask(1));
    const calls = ['free', 'paid', 'free', 'paid', 'paid', 'paid'].map((tenant) => () => answer(tenant));
    expect(await outcomesOf(calls)).toEqual(['made', 'made', 'tenants 0.1', 'made', 'made', 'tenants 0.3']);
    expect(await outcomesOf([() => ask(1)])).toEqual(['made']);
    expect(spent()).toEqual([
      ['tenants', 'free', 0.1],
      ['tenants', 'paid', 0.3],
    ]);
  });

  it('of tenants has no limit where the function gives what is no number', async () => {
    await start([{ name: 'agents', by: 'agent', tokens: () => 1n as unknown as number, window: '1d' }, DAY]);
    const outcomes = await app.tracker.trackAgent('crew', () => outcomesOf(times(4, () => () => ask(1))));
    expect(outcomes).toEqual(['made', 'made', 'made', 'day 0.3']);
    expect(app.metrics.getRunning()).toEqual([]);
    expect(app.log.errors).toEqual([expect.stringContaining('the tokens of the budget "agents"')]);
  });

  it('stops no tool, and goes on while recording is switched off', async () => {
    await start([{ ...DAY, costUsd: 0 }], { enabled: false });
    const tool = trackedTool('search', async () => 'found');
    expect(await outcomesOf([tool, () => ask(1)])).toEqual(['made', 'day 0']);
  });

  it('only reports where it is told so: once a window in the log, each call in the counter', async () => {
    await start([{ ...DAY, costUsd: 0.1, onExceeded: 'report' }]);
    expect(await outcomesOf(times(3, () => () => ask(1)))).toEqual(['made', 'made', 'made']);
    expect(app.log.warnings).toEqual([expect.stringContaining('The budget "day" has no room for this model call')]);
    expect((await app.samples()).all('crew_budget_exceeded_total').map(({ value }) => value)).toEqual([2]);
    expect(spent()).toEqual([['day', '', 0.3]]);
  });

  it('marks the calls that it refused: an error that used nothing', async () => {
    await start([{ ...DAY, costUsd: 0 }]);
    await app.tracker.trackAgent('crew', () => outcomesOf([() => ask(1)]));
    expect(app.metrics.getHistory()).toMatchObject([
      { kind: 'agent', status: 'success', modelCalls: 0 },
      { kind: 'model', status: 'error', errorType: 'BudgetExceededError', costUsd: 0 },
    ]);
    expect(app.metrics.getModelMetrics('gpt')).toMatchObject({
      callsWithoutUsage: 0,
      tokenUsage: { unpricedCalls: 0 },
    });
  });
});

describe('A call that waits for the store of a budget', () => {
  let store: AskedStore;
  let order: string[];

  beforeEach(async () => {
    store = new AskedStore();
    order = [];
    await start([DAY], { budgetStore: store });
  });

  afterEach(() => store.open());

  const told = async (call: Promise<unknown>, name: string) =>
    call.then(
      () => order.push(`${name} made`),
      (error: Error) => order.push(`${name} ${error.name}`),
    );

  it('does not run before the store has answered', async () => {
    const call = trackedModel({ model: 'gpt', usage }, async (tokens: number) => (order.push('runs'), tokens));
    const ended = told(call(1), 'call');
    await turn();
    expect([order, app.metrics.getRunning().length]).toEqual([[], 1]);
    await store.answer();
    await ended;
    expect(order).toEqual(['runs', 'call made']);
  });

  it('runs in its own context, with its arguments and `this`', async () => {
    class Model {
      readonly name = 'own';
      answer = trackedModel('gpt', async function (this: Model, text: string) {
        return [this.name, text, currentExecution()?.name, currentExecution()?.parent?.name];
      });
    }
    const model = new Model();
    const result = app.tracker.trackAgent('crew', () => model.answer('hello'));
    await store.answer();
    expect(await result).toEqual(['own', 'hello', 'gpt', 'crew']);
  });

  it('does not run where there is no room, and is not a call that its agent has made', async () => {
    const ended = app.tracker.trackAgent('crew', () => told(ask(1), 'call'));
    await store.answer(NO_ROOM);
    await ended;
    expect(order).toEqual(['call BudgetExceededError']);
    expect(app.metrics.getHistory()).toMatchObject([
      { kind: 'agent', modelCalls: 0 },
      { kind: 'model', status: 'error', errorType: 'BudgetExceededError' },
    ]);
  });

  it('goes on without an answer after a while, and is counted', async () => {
    const ended = told(ask(1), 'call');
    await turn();
    app.clock.advance(200);
    await ended;
    expect(order).toEqual(['call made']);
    expect((await app.samples()).all('crew_budget_store_faults_total').map(({ value }) => value)).toEqual([1]);
  });

  it('fails without an answer where it is to stop', async () => {
    store.open();
    await app.close();
    store = new AskedStore();
    store.onStoreFault = 'stop';
    await start([DAY], { budgetStore: store });
    const ended = told(ask(1), 'call');
    await store.answer(new Error('No Redis.'));
    await ended;
    expect(order).toEqual(['call BudgetStoreError']);
    expect(app.metrics.getHistory()).toMatchObject([{ status: 'error', errorType: 'BudgetStoreError' }]);
  });

  it.each<[string, (run: () => void) => () => Promise<unknown>]>([
    [
      'a generator, at its first step',
      (run) => async () => {
        const stream = trackedModel('gpt', async function* () {
          run();
          yield 'a';
        })();
        const texts: string[] = [];
        for await (const text of stream) texts.push(text);
        return texts;
      },
    ],
    [
      'a web stream, at its first read',
      (run) => {
        const pull = (controller: ReadableStreamDefaultController) => (
          run(),
          controller.enqueue('a'),
          controller.close()
        );
        return async () =>
          trackedModel('gpt', () => new ReadableStream({ pull }, { highWaterMark: 0 }))()
            .getReader()
            .read();
      },
    ],
    [
      'a thenable, as it is awaited',
      (run) => {
        const then = (resolve: (text: string) => void) => (run(), resolve('a'));
        return async () => trackedModel('gpt', () => ({ then }) as PromiseLike<string>)();
      },
    ],
  ])('may be %s', async (_name, make) => {
    const ended = told(make(() => order.push('runs'))(), 'call');
    // A function that only makes something to be used later has asked as it was called.
    expect(order).toEqual([]);
    await store.answer();
    await Promise.race([store.answer().catch(() => {}), ended]);
    await ended;
    expect(order).toEqual(['runs', 'call made']);
  });

  it.each<[string, () => () => Promise<unknown>]>([
    [
      'a generator',
      () => () =>
        trackedModel('gpt', async function* () {
          order.push('runs');
          yield 'a';
        })().next(),
    ],
  ])('does not run where there is no room: %s', async (_name, make) => {
    const ended = told(make()(), 'call');
    await store.answer(NO_ROOM);
    await ended;
    expect(order).toEqual(['call BudgetExceededError']);
    expect(app.metrics.getRunning()).toEqual([]);
  });

  it('cannot be one that returns at once: it is judged by what the store has last said', async () => {
    const sync = trackedModel('gpt', () => 'answer');
    const read = trackedModel('gpt', () => Readable.from(['a']));
    const observe = trackedModel('gpt', () => of('a'));
    expect(sync()).toBe('answer');
    expect(await read().toArray()).toEqual(['a']);
    const [stream, observable] = [read().on('error', () => {}), observe()];
    await store.answer(NO_ROOM);
    expect(() => sync()).toThrow(BudgetExceededError);
    await expect(stream.toArray()).rejects.toThrow(BudgetExceededError);
    await expect(lastValueFrom(observable)).rejects.toThrow(BudgetExceededError);
  });

  it.each<[string, () => unknown, (result: never) => Promise<unknown>]>([
    ['an async generator', async function* () {}, (steps: AsyncGenerator) => steps.next()],
    [
      'a web stream',
      () => new ReadableStream({}, { highWaterMark: 0 }),
      (stream: ReadableStream) => stream.getReader().read(),
    ],
  ])('fails the agent that hands it on, too: %s', async (_what, make, read) => {
    store.open();
    const model = trackedModel('gpt', make as () => object);
    const result = trackedAgent('agent', () => model())() as never;
    await turn();
    store.room = NO_ROOM;
    await expect(read(result)).rejects.toThrow(BudgetExceededError);
    expect(app.metrics.getRunning()).toEqual([]);
    expect(app.metrics.getAgentMetrics('agent')).toMatchObject({ executionCount: 1, errorCount: 1, inProgress: 0 });
  });

  it('returns what it would return without a store', async () => {
    class Request extends Promise<string> {
      readonly asResponse = () => 'response';
    }
    store.open();
    const request = trackedModel('gpt', () => new Request((resolve) => resolve('answer')));
    const stream = trackedModel('gpt', () => ({ textStream: [] }));
    const cached = trackedModel('gpt', (isKnown: boolean) => (isKnown ? 'known' : Promise.resolve('asked')));
    const plain = trackedModel('gpt', () => Promise.resolve('answer'));
    expect(cached(true)).toBe('known');
    for (let call = 0; call < 2; call += 1) {
      expect(request()).toBeInstanceOf(Request);
      expect(stream()).toEqual({ textStream: [] });
      expect(await cached(false)).toBe('asked');
      expect(cached(true)).toBe('known');
      expect(await plain()).toBe('answer');
    }
  });

  it('throws where it returns no promise, also beside one of the same model that does', async () => {
    store.open();
    store.room = NO_ROOM;
    await expect(ask(1)).rejects.toThrow(BudgetExceededError);
    const stream = trackedModel('gpt', () => ({ textStream: [] }));
    expect(() => stream()).toThrow(BudgetExceededError);
  });

  it('is a plain function, too, once that has returned a promise', async () => {
    const call = trackedModel('gpt', () => (order.push('runs'), Promise.resolve('answer')));
    await call();
    const ended = told(call(), 'call');
    expect(order).toEqual(['runs']);
    store.open();
    await ended;
    expect(order).toEqual(['runs', 'runs', 'call made']);
  });

  it('is settled when it ends before the store has answered', async () => {
    const handle = app.tracker.start({ kind: 'model', name: 'gpt' });
    handle.usage({ inputTokens: 2 });
    handle.end();
    await store.answer();
    expect(spent()).toEqual([['day', '', 0.2]]);
    const refused = app.tracker.start({ kind: 'model', name: 'gpt' });
    refused.usage({ inputTokens: 1 });
    refused.end();
    await store.answer(NO_ROOM);
    await store.answer(NO_ROOM);
    expect(app.metrics.getHistory().map(({ status }) => status)).toEqual(['success', 'success']);
    expect(spent()).toEqual([['day', '', 0.6]]);
  });

  it('ends with its application', async () => {
    const ended = told(ask(1), 'call');
    await turn();
    const closed = app.close();
    await turn();
    store.open();
    await Promise.all([ended, closed]);
    expect(order).toHaveLength(1);
  });
});

describe('Whatever is called', () => {
  it('never is more admitted than a budget allows, and sums are what the metrics say', async () => {
    const call = fc.record({ tokens: fc.integer({ min: 1, max: 5 }), agent: fc.constantFrom('a', 'b') });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 30 }), fc.integer({ min: 0, max: 30 }), async (calls, cents) => {
        const costUsd = cents / 10;
        await start([
          { name: 'day', by: 'application', costUsd, window: '1d', reserve: { costUsd: 0.5 } },
          { name: 'agents', by: 'agent', costUsd: 1, window: '1d', reserve: { costUsd: 0.5 } },
        ]);
        await Promise.all(
          calls.map(({ tokens, agent }) => app.tracker.trackAgent(agent, () => outcomesOf([() => ask(tokens)]))),
        );
        const all = app.metrics.getBudgets();
        for (const { spentUsd, limitUsd } of all) expect(spentUsd).toBeLessThanOrEqual(limitUsd!);
        const costs = [...app.metrics.getModels().values()].reduce(
          (sum, { tokenUsage }) => sum + tokenUsage.costUsd,
          0,
        );
        expect(all[0]!.spentUsd).toBeCloseTo(costs, 9);
        await app.close();
      }),
      { numRuns: 30 },
    );
  });
});
