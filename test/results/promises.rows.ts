import { lastValueFrom, of, tap } from 'rxjs';
import { BrokenError, ended, row, scenario, type Mechanism } from './result-row';

class Job extends Promise<string> {
  static override get [Symbol.species]() {
    return Promise;
  }

  #cancelled = false;

  cancel(): string {
    this.#cancelled = true;
    return `cancelled: ${this.#cancelled}`;
  }
}

/** A query builder: each `then` runs the query. */
class Query implements PromiseLike<string> {
  executions = 0;

  constructor(private readonly execute: () => Promise<string>) {}

  then<A, B>(
    resolved?: ((rows: string) => A | PromiseLike<A>) | null,
    rejected?: ((error: Error) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.executions += 1;
    return this.execute().then(resolved, rejected);
  }

  /** Like Prisma's: runs by itself, without `then`. */
  catch<B>(rejected: (error: unknown) => B) {
    this.executions += 1;
    return this.execute().catch(rejected);
  }

  finally(settled: () => void) {
    this.executions += 1;
    return this.execute().finally(settled);
  }
}

/** Like the promises of model SDKs: it runs at once, and parses when it is asked for its value. */
class ApiPromise extends Promise<string> {
  static override get [Symbol.species]() {
    return Promise;
  }

  override then<A, B>(
    resolved?: ((value: string) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return super.then((value) => value.toUpperCase()).then(resolved, rejected);
  }
}

export const values: Mechanism = {
  name: 'a value',
  identity: 'kept',
  rows: [
    row(
      'is returned',
      (clock) => {
        const answer = { text: '42' };
        return scenario({ body: () => (clock.advance(20), answer), use: (call) => call() === answer });
      },
      [ended('success', 20)],
    ),
    row('is undefined', () => scenario({ body: () => undefined, use: (call) => call() }), [ended('success', 0)]),
    row(
      'is thrown',
      (clock) =>
        scenario({
          body: () => {
            clock.advance(5);
            throw new BrokenError();
          },
          use: (call) => call(),
        }),
      [ended('error', 5, 'BrokenError')],
    ),
    row(
      'is frozen',
      (clock) =>
        scenario({
          body: () => {
            clock.advance(5);
            return Object.freeze({ rows: Object.freeze([1, 2]) });
          },
          use: (call) => call().rows,
        }),
      [ended('success', 5)],
    ),
    row(
      'is a frozen generator, which cannot be followed',
      (clock) =>
        scenario({
          body() {
            function* generate() {
              yield clock.advance(10);
            }
            return Object.freeze(generate());
          },
          use: (call) => [...call()],
        }),
      [ended('success', 0)],
    ),
    row(
      'is a frozen Observable, which cannot be followed',
      (clock) =>
        scenario({
          body: () => Object.freeze(of('a').pipe(tap(() => clock.advance(10)))),
          use: (call) => lastValueFrom(call()),
        }),
      [ended('success', 0)],
    ),
    row(
      'is a sealed query, which cannot be followed',
      (clock) =>
        scenario({
          body: () => Object.seal(new Query(async () => (clock.advance(10), 'rows'))),
          use: async (call) => await call(),
        }),
      [ended('success', 0)],
    ),
    row(
      'is a frozen async iterable, which cannot be followed',
      (clock) =>
        scenario({
          body: () =>
            Object.freeze({
              async *[Symbol.asyncIterator]() {
                yield clock.advance(10);
              },
            }),
          use: async (call) => {
            const seen = [];
            for await (const chunk of call()) seen.push(chunk);
            return seen;
          },
        }),
      [ended('success', 0)],
    ),
  ],
};

export const promises: Mechanism = {
  name: 'a promise',
  identity: 'replaced',
  rows: [
    row(
      'resolves',
      (clock) =>
        scenario({
          body: async () => {
            await Promise.resolve();
            clock.advance(30);
            return 'done';
          },
          use: (call) => call(),
        }),
      [ended('success', 30)],
    ),
    row(
      'rejects',
      (clock) =>
        scenario({
          body: async () => {
            clock.advance(30);
            throw new BrokenError('no');
          },
          use: (call) => call(),
        }),
      [ended('error', 30, 'BrokenError')],
    ),
    row(
      'is awaited by nobody and counts as it settles',
      (clock) => {
        let settle: (value: string) => void = () => {};
        const promise = new Promise<string>((resolve) => (settle = resolve));
        return scenario({
          body: () => promise,
          use: async (call) => {
            void call();
            clock.advance(70);
            settle('late');
            await new Promise((resolve) => setImmediate(resolve));
          },
        });
      },
      [ended('success', 70)],
    ),
    row(
      'never settles',
      () => scenario({ body: () => new Promise(() => {}), use: (call) => call() instanceof Promise }),
      [],
      { running: 1 },
    ),
    row(
      'has properties of its own',
      (clock) => {
        const start = clock.now();
        const create = () => {
          const properties = Object.defineProperty({ pid: 42, killed: false }, 'killed', {
            get: () => clock.now() === start,
          });
          const promise = Promise.resolve('exit 0');
          return Object.defineProperties(promise, Object.getOwnPropertyDescriptors(properties)) as typeof promise &
            typeof properties;
        };
        return scenario({
          body: create,
          use: async (call) => {
            const result = call();
            return [result.pid, result.killed, await result];
          },
        });
      },
      [ended('success', 0)],
    ),
    row('is frozen', () => scenario({ body: () => Object.freeze(Promise.resolve('done')), use: (call) => call() }), [
      ended('success', 0),
    ]),
    row(
      'is kept by the method and returned to every caller',
      () => {
        const kept = Promise.resolve('cached');
        return scenario({ body: () => kept, use: (call) => Promise.all([call(), call()]) });
      },
      [ended('success', 0), ended('success', 0)],
    ),
  ],
};

export const promiseSubclasses: Mechanism = {
  name: 'a promise of a subclass',
  identity: 'kept',
  rows: [
    row(
      'resolves, and keeps its class and its private state',
      (clock) =>
        scenario({
          body: () =>
            new Job((resolve) =>
              setImmediate(() => {
                clock.advance(25);
                resolve('done');
              }),
            ),
          use: async (call) => {
            const job = call();
            return [job instanceof Job, job.cancel(), await job];
          },
        }),
      [ended('success', 25)],
    ),
    row(
      'rejects',
      () =>
        scenario({
          body: () => Job.reject<string>(new BrokenError()),
          use: (call) => call().catch((error: Error) => [error.name]),
        }),
      [ended('error', 0, 'BrokenError')],
    ),
    row(
      'is awaited twice, by await and by all',
      () =>
        scenario({
          body: () => Job.resolve('once'),
          use: async (call) => {
            const job = call();
            return [await job, await Promise.all([job, job.finally(() => {})])];
          },
        }),
      [ended('success', 0)],
    ),
    row(
      'is kept by the method and returned to every caller',
      () => {
        const kept = Job.resolve('cached');
        return scenario({ body: () => kept, use: async (call) => [await call(), await call(), await call()] });
      },
      [ended('success', 0), ended('success', 0), ended('success', 0)],
    ),
  ],
};

const query = (execute: () => Promise<string>, use: (query: Query) => unknown) => () => {
  const lazy = new Query(execute);
  return scenario({
    body: () => lazy,
    use: async (call: () => Query) => ({ seen: await use(call()), ran: lazy.executions }),
  });
};

export const thenables: Mechanism = {
  name: 'a thenable',
  identity: 'kept',
  rows: [
    row(
      'is lazy and awaited: runs once',
      (clock) =>
        query(
          async () => (clock.advance(40), 'rows'),
          async (q) => await q,
        )(),
      [ended('success', 40)],
    ),
    row(
      'is lazy and never awaited: not counted',
      () =>
        query(
          async () => 'rows',
          (q) => q instanceof Query,
        )(),
      [],
    ),
    row(
      'is lazy and fails',
      (clock) =>
        query(
          async () => {
            clock.advance(40);
            throw new BrokenError();
          },
          (q) => q.then(undefined, (error: Error) => error.name),
        )(),
      [ended('error', 40, 'BrokenError')],
    ),
    row(
      'is lazy and run by its own catch',
      () =>
        query(
          async () => {
            throw new BrokenError();
          },
          (q) => q.catch((error) => (error as Error).name),
        )(),
      [ended('error', 0, 'BrokenError')],
    ),
    row(
      'is lazy and run by its own finally',
      (clock) =>
        query(
          async () => (clock.advance(3), 'rows'),
          (q) => q.finally(() => {}),
        )(),
      [ended('success', 3)],
    ),
    row(
      'is lazy and awaited twice: the first time is the execution',
      (clock) =>
        query(
          async () => (clock.advance(40), 'rows'),
          async (q) => [await q, await q],
        )(),
      [ended('success', 40)],
    ),
    row(
      'waits in the hands of its caller: only what it runs counts',
      (clock) =>
        query(
          async () => (clock.advance(40), 'rows'),
          async (q) => {
            clock.advance(1_000);
            return await q;
          },
        )(),
      [ended('success', 40)],
    ),
    row(
      'runs at once, as the promises of model SDKs do',
      (clock) =>
        scenario({
          body: () => new ApiPromise((resolve) => setImmediate(() => (clock.advance(60), resolve('text')))),
          use: async (call) => {
            const response = call();
            return [response instanceof ApiPromise, await response];
          },
        }),
      [ended('success', 60)],
    ),
    row(
      'is kept by the method and returned to every caller',
      () => {
        const kept = new Query(async () => 'rows');
        return scenario({ body: () => kept, use: async (call) => [await call(), await call(), kept.executions] });
      },
      [ended('success', 0)],
    ),
  ],
};
