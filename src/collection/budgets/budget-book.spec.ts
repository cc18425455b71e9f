import fc from 'fast-check';
import { ManualClock } from '../../testing';
import type { CallUsage } from '../models/call-usage';
import { completeTokens } from '../models/token-usage';
import { BUDGET_WINDOWS, type Budget, type BudgetState } from './budget';
import { BudgetBook, type BudgetedCall, type BudgetRefusal } from './budget-book';
import { BudgetExceededError } from './budget-exceeded.error';
import type { Reservation } from './held-reservation';

const MINUTE = BUDGET_WINDOWS['1m'];
const START = Date.UTC(2025, 0, 1);

let clock: ManualClock;
let log: string[];

beforeEach(() => {
  clock = new ManualClock(START);
  log = [];
});

function open(...budgets: Budget[]): BudgetBook {
  return new BudgetBook(budgets, undefined, {
    clock,
    warn: (message) => log.push(message),
    report: (where, fault) => log.push(`${where}: ${String(fault)}`),
  });
}

function call(change: Partial<BudgetedCall> = {}): BudgetedCall {
  return { model: 'm', agents: [], breakdown: undefined, ...change };
}

function used(costUsd: number | undefined, inputTokens = 0): CallUsage {
  return { tokens: completeTokens({ inputTokens }), costUsd, costSource: 'estimated' };
}

function admitted(book: BudgetBook, change?: Partial<BudgetedCall>): Reservation {
  const answer = book.reserve(call(change));
  if (answer instanceof Error) throw answer;
  return answer as Reservation;
}

function refused(book: BudgetBook, change?: Partial<BudgetedCall>): BudgetRefusal {
  const answer = book.reserve(call(change));
  expect(answer).toBeInstanceOf(Error);
  return answer as BudgetRefusal;
}

function spend(book: BudgetBook, costUsd: number, change?: Partial<BudgetedCall>): void {
  admitted(book, change).settle(used(costUsd));
}

const dollars = (limit: Budget['costUsd'], change: Partial<Budget> = {}): Budget => ({
  name: 'all',
  by: 'application',
  costUsd: limit,
  window: '1m',
  ...change,
});

const spentOf = (book: BudgetBook) => book.read().map(({ subject, spentUsd }) => [subject, spentUsd]);

describe('one account', () => {
  it('spends to the cent: three times 0.1 are 0.3', () => {
    const book = open(dollars(0.3));
    for (let calls = 0; calls < 3; calls++) spend(book, 0.1);

    expect(refused(book)).toMatchObject({
      name: 'BudgetExceededError',
      budget: 'all',
      by: 'application',
      subject: undefined,
      measure: 'costUsd',
      limit: 0.3,
      spent: 0.3,
      window: '1m',
      resetsAt: new Date(START + MINUTE),
    });
    expect(refused(book).message).toBe(
      'The budget "all" has no room for this model call: $0.3 of $0.3 per 1m are spent, further calls may have reserved the ' +
        'rest. It opens again at 2025-01-01T00:01:00.000Z.',
    );
  });

  it('adds up fractions of what it compares by', () => {
    const book = open(dollars(1));
    for (let calls = 0; calls < 100_000; calls++) book.spend(call(), used(0.000_000_000_4));

    expect(spentOf(book)).toEqual([[undefined, 0.000_04]]);
  });

  it('reserves as much as the largest of the last 20 calls of the model', () => {
    const book = open(dollars(10));
    spend(book, 3);
    for (let calls = 0; calls < 19; calls++) spend(book, 0.1);
    const running = admitted(book);
    refused(book);
    running.settle(used(0.1));

    // The call that cost 3 is forgotten: 5 are spent, and each reserves 0.1.
    for (let calls = 0; calls < 50; calls++) admitted(book);
    refused(book);
  });

  it('reserves of a model not seen yet what the option says, and nothing without it', () => {
    const book = open(dollars(1, { reserve: { costUsd: 0.4 } }));
    admitted(book);
    admitted(book);
    refused(book);
    expect(spentOf(book)).toEqual([[undefined, 0]]);

    const careless = open(dollars(1));
    for (let calls = 0; calls < 10; calls++) admitted(careless);
  });

  it('gives back what an ended call reserved, once, and spends nothing where its usage is unknown', () => {
    const book = open(dollars(1, { reserve: { costUsd: 1 } }));
    const first = admitted(book);
    refused(book);
    first.settle(undefined);
    first.settle(used(1));

    expect(spentOf(book)).toEqual([[undefined, 0]]);
    admitted(book);
    refused(book);
  });

  it('counts the tokens of calls whose cost nobody knows', () => {
    const book = open({ name: 'tokens', by: 'application', tokens: 100, window: '1h' });
    admitted(book).settle(used(undefined, 100));

    expect(refused(book)).toMatchObject({ measure: 'tokens', limit: 100, spent: 100 });
    expect(refused(book).message).toContain('100 tokens of 100 tokens per 1h');
  });

  it('stops at whichever of two limits comes first', () => {
    const book = open(dollars(1, { tokens: 10 }));
    admitted(book).settle(used(0.1, 10));

    expect(refused(book)).toMatchObject({ measure: 'tokens' });
    expect(book.read()).toEqual([
      {
        name: 'all',
        by: 'application',
        subject: undefined,
        window: '1m',
        spentUsd: 0.1,
        limitUsd: 1,
        spentTokens: 10,
        limitTokens: 10,
        spentRatio: 1,
        resetsAt: new Date(START + MINUTE),
      },
    ]);
  });

  it('is closed from the start where nothing may be spent', () => {
    const book = open(dollars(0));
    refused(book);
    expect(book.read()).toMatchObject([{ limitUsd: 0, spentRatio: 1 }]);
  });

  it('lets calls go on that it only reports, counts each and logs one a window', () => {
    const book = open(dollars(0.1, { onExceeded: 'report' }));
    for (let calls = 0; calls < 3; calls++) spend(book, 0.1);
    clock.advance(MINUTE);
    spend(book, 0.1);
    spend(book, 0.1);

    expect(book.budgets[0]!.exceededCalls).toBe(3);
    expect(log).toEqual([
      expect.stringContaining('$0.1 of $0.1 per 1m are spent'),
      expect.stringContaining('It opens again at 2025-01-01T00:02:00.000Z.'),
    ]);
  });

  it('counts refused calls', () => {
    const book = open(dollars(0));
    refused(book);
    refused(book);
    expect(book.budgets[0]!.exceededCalls).toBe(2);
  });
});

describe('subjects', () => {
  it('draws once on every agent around a call', () => {
    const book = open(dollars(1, { by: 'agent' }));
    spend(book, 0.5, { agents: ['inner', 'outer', 'inner'] });
    spend(book, 0.5, { agents: ['outer'] });

    expect(spentOf(book)).toEqual([
      ['outer', 1],
      ['inner', 0.5],
    ]);
    expect(refused(book, { agents: ['inner', 'outer'] })).toMatchObject({ subject: 'outer' });
    spend(book, 0.5);
  });

  it('holds nothing of a call that one of its budgets refuses', () => {
    const book = open(dollars(10, { reserve: { costUsd: 6 } }), dollars(0, { name: 'agents', by: 'agent' }));
    refused(book, { agents: ['a'] });
    admitted(book);
  });

  it('gives each value of the breakdown a limit of its own, and none where there is no value', () => {
    const limits: Record<string, number | undefined> = { free: 0.1, paid: 1 };
    const book = open(dollars((tenant) => limits[tenant], { by: 'breakdown' }));
    spend(book, 0.1, { breakdown: 'free' });
    spend(book, 0.1, { breakdown: 'paid' });
    spend(book, 0.1, { breakdown: 'staff' });
    spend(book, 0.1);

    expect(refused(book, { breakdown: 'free' })).toMatchObject({ subject: 'free', limit: 0.1 });
    expect(book.read()).toMatchObject([
      { subject: 'free', limitUsd: 0.1, spentRatio: 1 },
      { subject: 'paid', limitUsd: 1, spentRatio: 0.1 },
      { subject: 'staff', limitUsd: undefined, spentRatio: undefined, spentUsd: 0.1 },
    ]);
    limits.free = 0.5;
    spend(book, 0.1, { breakdown: 'free' });
  });

  it.each([
    ['throws', () => expectNothing(), 'no such tenant'],
    ['returns no number', () => 'much' as never, 'is much; it must be a number from 0'],
    ['returns a negative number', () => -1, 'is -1; it must be a number from 0'],
    ['is asynchronous', () => Promise.reject(new Error('late')) as never, 'must be a number from 0'],
  ])('has no limit where the function %s, and logs it', (_, limit, message) => {
    const book = open(dollars(limit, { by: 'breakdown' }));
    spend(book, 100, { breakdown: 'free' });
    spend(book, 100, { breakdown: 'free' });
    expect(log[0]).toContain(`the costUsd of the budget "all"`);
    expect(log[0]).toContain(message);
  });

  function expectNothing(): never {
    throw new Error('no such tenant');
  }

  it('counts those past 10,000 together', () => {
    const book = open(dollars(1, { by: 'agent' }));
    for (let agent = 0; agent < 10_000; agent++) spend(book, 0.001, { agents: [`agent ${agent}`] });
    spend(book, 0.4, { agents: ['late', 'later'] });
    spend(book, 0.4, { agents: ['latest'] });

    const states = book.read();
    expect(states).toHaveLength(100);
    expect(states[0]).toMatchObject({ subject: '__other__', spentUsd: 0.8 });
    expect(refused(book, { agents: ['newest'] })).toMatchObject({ subject: '__other__' });
  });
});

describe('windows', () => {
  it('begins again at whole multiples of its length, and settles where it has reserved', () => {
    clock.setWallTime(START + MINUTE - 1);
    const book = open(dollars(0.1));
    const running = admitted(book);
    clock.advance(1);
    running.settle(used(0.1));

    expect(spentOf(book)).toEqual([[undefined, 0]]);
    spend(book, 0.1);
    expect(refused(book)).toMatchObject({ resetsAt: new Date(START + 2 * MINUTE) });
  });

  it('finds its figures again after a clock that jumps forward and back', () => {
    const book = open(dollars(0.1));
    spend(book, 0.1);
    clock.setWallTime(START + 1_000 * MINUTE);
    spend(book, 0.1);
    clock.setWallTime(START + 1);

    refused(book);
    expect(spentOf(book)).toEqual([[undefined, 0.1]]);
  });

  it('keeps no third one', () => {
    const book = open(dollars(0.1));
    for (let window = 0; window < 3; window++) {
      clock.setWallTime(START + window * MINUTE);
      spend(book, 0.1);
    }
    clock.setWallTime(START);
    spend(book, 0.1);
  });

  it('begins those of 30 days on the same days for everybody', () => {
    const book = open(dollars(0, { window: '30d' }));
    expect(refused(book)).toMatchObject({ resetsAt: new Date('2025-01-12T00:00:00.000Z') });
  });
});

describe('in any order', () => {
  type Step =
    | { readonly kind: 'reserve' | 'settle'; readonly pick: number; readonly agents: readonly string[] }
    | { readonly kind: 'advance'; readonly ms: number };

  const agents = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('reserve' as const), pick: fc.nat(), agents }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), pick: fc.nat(), agents }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(40_000) }) },
  );
  const cents = fc.integer({ min: 1, max: 30 });

  it('never admits more than the limit while calls cost what they reserve, and refuses none that fits', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), cents, cents, cents, (steps, price, all, each) => {
        clock = new ManualClock(START);
        const book = open(
          dollars(all / 100, { reserve: { costUsd: price / 100 } }),
          dollars(each / 100, { name: 'each', by: 'agent', reserve: { costUsd: price / 100 } }),
        );
        const model = new BudgetModel(price, all, each);
        const running: { reservation: Reservation; window: number; subjects: readonly string[] }[] = [];
        for (const next of steps) {
          const window = Math.floor(clock.wallTime() / MINUTE);
          if (next.kind === 'advance') {
            clock.advance(next.ms);
          } else if (next.kind === 'settle') {
            const [ended] = running.length === 0 ? [] : running.splice(next.pick % running.length, 1);
            ended?.reservation.settle(used(price / 100));
            if (ended !== undefined) model.settle(ended.window, ended.subjects);
          } else {
            const subjects = ['', ...next.agents];
            const answer = book.reserve(call({ agents: next.agents }));
            expect(answer instanceof BudgetExceededError).toBe(!model.reserve(window, subjects));
            if (!(answer instanceof Error)) running.push({ reservation: answer as Reservation, window, subjects });
          }
          const now = Math.floor(clock.wallTime() / MINUTE);
          for (const { subject = '', spentUsd } of book.read()) expect(spentUsd).toBe(model.spent(now, subject) / 100);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** The same in whole cents, of which calls take one and the same number. */
  class BudgetModel {
    private readonly taken = new Map<string, { spent: number; held: number }>();

    constructor(
      private readonly price: number,
      private readonly all: number,
      private readonly each: number,
    ) {}

    reserve(window: number, subjects: readonly string[]): boolean {
      const accounts = subjects.map((subject) => ({ subject, sums: this.sums(window, subject) }));
      const fits = accounts.every(
        ({ subject, sums }) => sums.spent + sums.held + this.price <= (subject === '' ? this.all : this.each),
      );
      if (fits) for (const { sums } of accounts) sums.held += this.price;
      return fits;
    }

    settle(window: number, subjects: readonly string[]): void {
      for (const subject of subjects) {
        const sums = this.sums(window, subject);
        sums.held -= this.price;
        sums.spent += this.price;
      }
    }

    spent(window: number, subject: string): number {
      return this.sums(window, subject).spent;
    }

    private sums(window: number, subject: string): { spent: number; held: number } {
      const key = `${window} ${subject}`;
      const found = this.taken.get(key) ?? { spent: 0, held: 0 };
      this.taken.set(key, found);
      return found;
    }
  }
});

it('reads what a book without budgets has: nothing', async () => {
  const book = open();
  const states: BudgetState[] = book.read();
  expect([book.isEmpty, states]).toEqual([true, []]);
  expect(book.reserve(call())).not.toBeInstanceOf(Error);
  await book.close();
});
