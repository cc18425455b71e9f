import fc from 'fast-check';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { BudgetStore } from '../src';
import { rateLimiterBudgetStore, type KeyLimiter } from '../src/budgets';
import { BudgetBook } from '../src/collection/budgets/budget-book';
import type { BudgetWindow } from '../src/collection/budgets/budget';
import type { Reservation } from '../src/collection/budgets/held-reservation';
import { systemClock } from '../src/collection/clock';
import { completeTokens } from '../src/collection/models/token-usage';

const TTL_MS = 30_000;
const CALL = { model: 'm', agents: [], breakdown: undefined };

/** A limiter's server, which can be stopped, and started with or without its data. */
class Server {
  limiter = new RateLimiterMemory({ points: 1, duration: 0 });
  private isDown = false;

  stop(): void {
    this.isDown = true;
  }

  start(): void {
    this.isDown = false;
  }

  loseData(): void {
    this.limiter = new RateLimiterMemory({ points: 1, duration: 0 });
  }

  /** As one process reaches it. `before` runs before each operation. */
  connect(before: () => Promise<void> = async () => {}): KeyLimiter {
    const run = async <Answer>(operation: (limiter: KeyLimiter) => Promise<Answer>) => {
      await before();
      if (this.isDown) throw new Error('connection refused');
      return operation(this.limiter);
    };
    return {
      get: (key) => run((limiter) => limiter.get(key)),
      set: (key, points, seconds) => run((limiter) => limiter.set(key, points, seconds)),
      penalty: (key, points, options) => run((limiter) => limiter.penalty(key, points, options)),
      delete: (key) => run((limiter) => limiter.delete(key)),
    };
  }
}

interface Setup {
  readonly costUsd: number;
  readonly price?: number;
  readonly window?: BudgetWindow;
  readonly onStoreFault?: BudgetStore['onStoreFault'];
  readonly limiter: KeyLimiter;
}

/** One process of the application. Its calls cost what they reserve. */
class Process {
  readonly book: BudgetBook;
  readonly log: string[] = [];
  private readonly price: number;

  constructor({ costUsd, price = 0.1, window = '1h', onStoreFault, limiter }: Setup) {
    this.price = price;
    const budget = { name: 'all', by: 'application', costUsd, window, reserve: { costUsd: price } } as const;
    const store = rateLimiterBudgetStore(limiter, { ttlMs: TTL_MS, ...(onStoreFault && { onStoreFault }) });
    const warn = (message: string) => this.log.push(message);
    this.book = new BudgetBook([budget], store, { clock: systemClock, warn, report: warn });
  }

  async begin(): Promise<Reservation | undefined> {
    const answer = await this.book.reserve(CALL);
    return answer instanceof Error ? undefined : answer;
  }

  end(call: Reservation | undefined): void {
    call?.settle({ tokens: completeTokens({}), costUsd: this.price, costSource: 'estimated' });
  }

  /** @returns whether it was admitted */
  async call(): Promise<boolean> {
    const call = await this.begin();
    this.end(call);
    await settleAll();
    return call !== undefined;
  }

  /** How many calls are admitted one after the other. */
  async spendAll(): Promise<number> {
    let calls = 0;
    while (await this.call()) calls++;
    return calls;
  }

  get spentUsd(): number | undefined {
    return this.book.read()[0]!.spentUsd;
  }
}

/** Lets everything happen that needs no time. */
async function settleAll(): Promise<void> {
  await jest.advanceTimersByTimeAsync(0);
}

let server: Server;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2025, 0, 1) });
  server = new Server();
});

afterEach(() => {
  jest.clearAllTimers();
  jest.useRealTimers();
});

const start = (costUsd: number, setup: Partial<Setup> = {}) =>
  new Process({ costUsd, limiter: server.connect(), ...setup });

it('is one budget for all processes, to the cent', async () => {
  const [one, two] = [start(1), start(1)];
  expect(await one.call()).toBe(true);
  expect(await two.call()).toBe(true);
  expect(await one.spendAll()).toBe(8);
  expect(await two.call()).toBe(false);
  expect([one.spentUsd, two.spentUsd]).toEqual([1, 1]);
});

it('never admits two that race for the last place', async () => {
  const [one, two] = [start(0.1), start(0.1)];
  const calls = await Promise.all([one.begin(), two.begin()]);
  expect(calls.filter((call) => call !== undefined).length).toBeLessThanOrEqual(1);
});

it.each([1, 2, 3, 4, 5, 6, 7, 8])('never admits two beside a process that hangs in its operation %i', async (last) => {
  let operations = 0;
  const limiter = server.connect(() => ((operations += 1) < last ? Promise.resolve() : new Promise(() => {})));
  void start(0.1, { price: 0, limiter }).begin();
  await settleAll();
  const calls = await Promise.all([start(0.1), start(0.1)].map((process) => process.begin()));
  expect(calls.filter((call) => call !== undefined).length).toBeLessThanOrEqual(1);
});

it('never admits more than the limit, however operations interleave, and knows every cent afterwards', async () => {
  jest.useRealTimers();
  const plan = fc.array(fc.nat(2), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plan, fc.integer({ min: 1, max: 3 }), async (scheduler, order, places) => {
      server = new Server();
      const connect = () => server.connect(() => scheduler.schedule(Promise.resolve()));
      const processes = Array.from({ length: 3 }, () => start(places / 10, { limiter: connect() }));
      let admitted = 0;
      const play = order.map(async (index) => {
        const process = processes[index]!;
        const call = await process.begin();
        if (call === undefined) return;
        expect(++admitted).toBeLessThanOrEqual(places);
        await scheduler.schedule(Promise.resolve());
        process.end(call);
      });
      await scheduler.waitFor(Promise.all(play));
      await scheduler.waitFor(Promise.all(processes.map(async ({ book }) => book.close())));
      const reader = start(places / 10);
      reader.end(await reader.begin());
      expect(Math.round(reader.spentUsd! * 10)).toBe(Math.min(admitted + 1, places));
      await reader.book.close();
    }),
    { numRuns: 400 },
  );
});

it('frees what a killed process has reserved when its time is over, and keeps what it has spent', async () => {
  let isKilled = false;
  const limiter = server.connect(() => (isKilled ? new Promise(() => {}) : Promise.resolve()));
  const [killed, other] = [start(1, { limiter }), start(1)];
  await killed.call();
  await killed.begin();
  isKilled = true;

  expect(await other.spendAll()).toBe(8);
  await jest.advanceTimersByTimeAsync(TTL_MS + 1_000);
  expect(await other.spendAll()).toBe(1);
  expect(other.spentUsd).toBe(1);
});

it('keeps what a long call has reserved', async () => {
  const [one, two] = [start(0.1), start(0.1)];
  const call = await one.begin();
  await jest.advanceTimersByTimeAsync(10 * TTL_MS);
  expect(await two.call()).toBe(false);
  one.end(call);
  await settleAll();
  expect(await two.call()).toBe(false);
  expect(two.spentUsd).toBe(0.1);
});

it('goes on where the former owner of a slot has ended', async () => {
  const first = start(1);
  await first.call();
  await first.book.close();
  const [second, witness] = [start(1), start(1)];
  await second.call();
  await witness.call();
  expect([second.spentUsd, witness.spentUsd]).toEqual([0.2, 0.3]);
  expect(await second.spendAll()).toBe(7);
});

it('takes another slot where its own has gone to another process, and counts nothing twice', async () => {
  let wake = () => {};
  let pause: Promise<void> | undefined;
  const slow = start(2, { limiter: server.connect(() => pause ?? Promise.resolve()) });
  await slow.call();
  pause = new Promise((resolve) => (wake = resolve));
  await jest.advanceTimersByTimeAsync(TTL_MS + 1_000);
  const heir = start(2);
  await heir.call();
  wake();
  pause = undefined;
  await jest.advanceTimersByTimeAsync(TTL_MS);

  await slow.call();
  await heir.call();
  const reader = start(2);
  await reader.call();
  expect([slow.spentUsd, heir.spentUsd, reader.spentUsd]).toEqual([0.3, 0.4, 0.5]);
});

it('finds the figures of all again after a wall clock that jumps forward and back', async () => {
  const [jumping, steady] = [start(1), start(1)];
  const today = Date.now();
  await jumping.call();
  await steady.call();
  jest.setSystemTime(today + 100 * 3_600_000);
  expect(await jumping.call()).toBe(true);
  expect(jumping.spentUsd).toBe(0.1);
  jest.setSystemTime(today);
  expect(await jumping.spendAll()).toBe(8);
  expect([jumping.spentUsd, await steady.call()]).toEqual([1, false]);
});

describe('while the store is down', () => {
  it('judges by what a process knows, counts such calls and is right again afterwards', async () => {
    const [one, two] = [start(1), start(1)];
    await one.call();
    await two.call();
    server.stop();
    expect(await one.call()).toBe(true);
    expect(await two.spendAll()).toBe(8);
    expect(two.book.budgets[0]!.storeFaults).toBe(9);
    expect(two.log).toEqual([expect.stringContaining('The budget store failed: Error: connection refused')]);
    server.start();
    await jest.advanceTimersByTimeAsync(TTL_MS);

    expect(await one.call()).toBe(false);
    expect(one.spentUsd).toBe(1.1);
  });

  it('waits no longer than storeTimeoutMs, and not at all while an answer is overdue', async () => {
    const hung = start(1, { limiter: server.connect(() => new Promise(() => {})) });
    const call = hung.begin();
    await jest.advanceTimersByTimeAsync(199);
    const state = Promise.race([call, Promise.resolve('waits')]);
    expect(await state).toBe('waits');
    await jest.advanceTimersByTimeAsync(2);
    expect(await call).toBeDefined();
    expect(await hung.begin()).toBeDefined();
    expect(hung.book.budgets[0]!.storeFaults).toBe(2);
  });

  it('refuses calls where that is wanted', async () => {
    const strict = start(1, { onStoreFault: 'stop' });
    server.stop();
    const answer = await strict.book.reserve(CALL);
    expect(answer).toMatchObject({ name: 'BudgetStoreError', budget: 'all', storeTimeoutMs: 200 });
    server.start();
    expect(await strict.spendAll()).toBe(10);
  });

  it('lets go of windows that have ended long ago', async () => {
    const limiter = server.connect();
    const set = jest.spyOn(limiter, 'set');
    const one = start(1, { window: '1m', limiter });
    server.stop();
    for (let minute = 0; minute < 30; minute += 1) {
      await one.call();
      await jest.advanceTimersByTimeAsync(60_000);
    }
    server.start();
    await jest.advanceTimersByTimeAsync(TTL_MS);
    const told = new Set(set.mock.calls.map(([key]) => key).filter((key) => key.startsWith('spent:')));
    expect(told.size).toBe(1);
  });

  it('writes everything anew where the store has lost its data', async () => {
    const [one, two] = [start(1), start(1)];
    await one.call();
    await two.call();
    await one.book.close();
    const heir = start(1);
    await heir.call();
    server.loseData();
    await jest.advanceTimersByTimeAsync(TTL_MS);

    const reader = start(1);
    await reader.call();
    expect(reader.spentUsd).toBe(0.4);
    expect(await reader.spendAll()).toBe(6);
  });
});

it('keeps the sums of a long window, whose end is further than a timer reaches', async () => {
  jest.setSystemTime(Date.UTC(2025, 0, 12));
  const [one, two] = [start(1, { window: '30d' }), start(1, { window: '30d' })];
  await one.call();
  await jest.advanceTimersByTimeAsync(TTL_MS);
  await two.call();
  expect(two.spentUsd).toBe(0.2);
});

it.each([
  [{ ttlMs: 10 }, 'the option "ttlMs" is 10; it must be milliseconds from 1,000'],
  [{ storeTimeoutMs: '5' as never }, 'the option "storeTimeoutMs" is \'5\'; it must be milliseconds above 0'],
  [{ onStoreFault: 'go' as never }, "the option \"onStoreFault\" is 'go'; it must be 'allow' or 'stop'"],
])('checks its options: %j', (options, message) => {
  expect(() => rateLimiterBudgetStore(server.limiter, options)).toThrow(message);
});

it('checks the limiter', () => {
  const { get, penalty, delete: remove } = server.connect();
  expect(() => rateLimiterBudgetStore({ get, penalty, delete: remove } as never)).toThrow('has no method "set"');
});
