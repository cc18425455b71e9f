import type { ManualClock } from '../../src/testing';
import { BrokenError, readAll, row, scenario, streamed, type Mechanism } from './result-row';

/** Three chunks, 10 ms apart; the end is 5 ms later. */
function* count(clock: ManualClock) {
  for (const chunk of [1, 2, 3]) {
    clock.advance(10);
    yield chunk;
  }
  clock.advance(5);
  return 'end';
}

async function* countSlowly(clock: ManualClock) {
  for (const chunk of [1, 2, 3]) {
    await Promise.resolve();
    clock.advance(10);
    yield chunk;
  }
  clock.advance(5);
}

function* fail(clock: ManualClock): Generator<number> {
  clock.advance(10);
  yield 1;
  clock.advance(10);
  throw new BrokenError();
}

async function* failSlowly(clock: ManualClock): AsyncGenerator<number> {
  yield* fail(clock);
}

const caught = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as Error).name;
  }
};

export const generators: Mechanism = {
  name: 'a generator',
  identity: 'kept',
  rows: [
    row('is read to the end', (clock) => scenario({ body: () => count(clock), use: (call) => [...call()] }), [
      streamed('success', 35, 3, 10),
    ]),
    row(
      'is read slowly: the reader’s time counts too',
      (clock) =>
        scenario({
          body: () => count(clock),
          use(call) {
            for (const chunk of call()) clock.advance(chunk * 100);
          },
        }),
      [streamed('success', 635, 3, 10)],
    ),
    row(
      'is left by break, with its finally run',
      (clock) =>
        scenario({
          body: function* () {
            try {
              yield* count(clock);
            } finally {
              clock.advance(7);
            }
          },
          use(call) {
            const start = clock.now();
            for (const chunk of call()) if (chunk === 2) break;
            return clock.now() - start;
          },
        }),
      [streamed('cancelled', 27, 2, 10)],
    ),
    row('throws', (clock) => scenario({ body: () => fail(clock), use: (call) => caught(() => [...call()]) }), [
      streamed('error', 20, 1, 10, 'BrokenError'),
    ]),
    row(
      'is thrown into by its consumer',
      (clock) =>
        scenario({
          body: () => count(clock),
          use(call) {
            const generator = call();
            return [generator.next(), caught(() => generator.throw(new BrokenError())), generator.next()];
          },
        }),
      [streamed('error', 10, 1, 10, 'BrokenError')],
    ),
    row(
      'survives what its consumer throws',
      (clock) =>
        scenario({
          *body() {
            try {
              yield 'first';
            } catch {
              yield 'caught';
            }
            clock.advance(3);
          },
          use(call) {
            const generator = call();
            return [generator.next(), generator.throw(new BrokenError()), generator.next()];
          },
        }),
      [streamed('success', 3, 2, 0)],
    ),
    row(
      'is delegated to by another',
      (clock) =>
        scenario({
          body: () => count(clock),
          use(call) {
            function* outer() {
              const returned = yield* call();
              yield returned;
            }
            return [...outer()];
          },
        }),
      [streamed('success', 35, 3, 10)],
    ),
    row(
      'gets values from next',
      () => {
        function* echo(): Generator<string, string, string> {
          return `${yield 'question'}!`;
        }
        return scenario({
          body: echo,
          use(call) {
            const generator = call();
            return [generator.next(), generator.next('answer')];
          },
        });
      },
      [streamed('success', 0, 1, 0)],
    ),
    row(
      'is never iterated: not counted',
      (clock) => scenario({ body: () => count(clock), use: (call) => typeof call() }),
      [],
    ),
    row(
      'is returned before it began: not counted',
      (clock) =>
        scenario({
          body: () => count(clock),
          use(call) {
            const generator = call();
            return [generator.return('early'), generator.next()];
          },
        }),
      [],
    ),
    row(
      'is read half-way and kept: still in progress',
      (clock) => {
        const kept: unknown[] = [];
        return scenario({
          body: () => count(clock),
          use(call) {
            const generator = call();
            kept.push(generator);
            return generator.next();
          },
        });
      },
      [],
      { running: 1 },
    ),
    row(
      'passes through calls of the same method: each is an execution',
      (clock) => {
        let calls = 0;
        let again: () => Generator<unknown>;
        return scenario({
          body: () => ((calls += 1) < 3 ? again() : count(clock)),
          use(call) {
            again = call;
            return [...call()];
          },
        });
      },
      [streamed('success', 35, 3, 10), streamed('success', 35, 3, 10), streamed('success', 35, 3, 10)],
      { contextOnly: true },
    ),
  ],
};

export const asyncGenerators: Mechanism = {
  name: 'an async generator',
  identity: 'kept',
  rows: [
    row('is read to the end', (clock) => scenario({ body: () => countSlowly(clock), use: (call) => readAll(call()) }), [
      streamed('success', 35, 3, 10),
    ]),
    row(
      'is left by break, with its finally run',
      (clock) =>
        scenario({
          body: async function* () {
            try {
              yield* countSlowly(clock);
            } finally {
              await Promise.resolve();
              clock.advance(7);
            }
          },
          async use(call) {
            const start = clock.now();
            for await (const chunk of call()) if (chunk === 2) break;
            return clock.now() - start;
          },
        }),
      [streamed('cancelled', 27, 2, 10)],
    ),
    row('throws', (clock) => scenario({ body: () => failSlowly(clock), use: (call) => readAll(call()) }), [
      streamed('error', 20, 1, 10, 'BrokenError'),
    ]),
    row(
      'is thrown into by its consumer',
      (clock) =>
        scenario({
          body: () => countSlowly(clock),
          async use(call) {
            const generator = call();
            await generator.next();
            return generator.throw(new BrokenError());
          },
        }),
      [streamed('error', 10, 1, 10, 'BrokenError')],
    ),
    row(
      'is asked for several chunks at once',
      (clock) =>
        scenario({
          body: () => countSlowly(clock),
          use(call) {
            const generator = call();
            return Promise.all([
              generator.next(),
              generator.next(),
              generator.next(),
              generator.next(),
              generator.next(),
            ]);
          },
        }),
      [streamed('success', 35, 3, 10)],
    ),
    row(
      'is returned while a chunk is awaited',
      (clock) =>
        scenario({
          body: () => countSlowly(clock),
          use(call) {
            const generator = call();
            return Promise.all([generator.next(), generator.return(undefined)]);
          },
        }),
      [streamed('cancelled', 10, 1, 10)],
    ),
    row(
      'is delegated to by another',
      (clock) =>
        scenario({
          body: () => countSlowly(clock),
          use(call) {
            async function* outer() {
              yield* call();
            }
            return readAll(outer());
          },
        }),
      [streamed('success', 35, 3, 10)],
    ),
    row(
      'is never iterated: not counted',
      (clock) => scenario({ body: () => countSlowly(clock), use: (call) => typeof call() }),
      [],
    ),
  ],
};

/** An async iterable without a generator in it. */
class Countdown implements AsyncIterable<number> {
  constructor(private readonly clock: ManualClock) {}

  [Symbol.asyncIterator](): AsyncIterator<number> {
    let left = 2;
    return {
      next: async () => {
        this.clock.advance(10);
        return left === 0 ? { done: true, value: undefined } : { done: false, value: left-- };
      },
    };
  }
}

class OwnIterator implements AsyncIterableIterator<number> {
  private left = 2;

  constructor(private readonly clock: ManualClock) {}

  [Symbol.asyncIterator]() {
    return this;
  }

  async next(): Promise<IteratorResult<number>> {
    this.clock.advance(10);
    return this.left === 0 ? { done: true, value: undefined } : { done: false, value: this.left-- };
  }
}

export const asyncIterables: Mechanism = {
  name: 'an async iterable',
  identity: 'kept',
  rows: [
    row(
      'is read to the end',
      (clock) => scenario({ body: () => new Countdown(clock), use: (call) => readAll(call()) }),
      [streamed('success', 30, 2, 10)],
    ),
    row(
      'is its own iterator',
      (clock) => scenario({ body: () => new OwnIterator(clock), use: (call) => readAll(call()) }),
      [streamed('success', 30, 2, 10)],
    ),
    row(
      'is iterated twice: each is an execution',
      (clock) =>
        scenario({
          body: () => new Countdown(clock),
          async use(call) {
            const iterable = call();
            return [await readAll(iterable), await readAll(iterable)];
          },
        }),
      [streamed('success', 30, 2, 10), streamed('success', 30, 2, 10)],
    ),
    row(
      'is kept by the method and returned to every caller: each iteration is an execution',
      (clock) => {
        const kept = new Countdown(clock);
        return scenario({
          body: () => kept,
          async use(call) {
            const [first, second] = [call(), call()];
            return [await readAll(first), await readAll(second), await readAll(call())];
          },
        });
      },
      [streamed('success', 30, 2, 10), streamed('success', 30, 2, 10), streamed('success', 30, 2, 10)],
    ),
    row(
      'is its own iterator, kept and returned to every caller: there is one iteration',
      (clock) => {
        const kept = new OwnIterator(clock);
        return scenario({ body: () => kept, use: async (call) => [call() === call(), await readAll(call())] });
      },
      [streamed('success', 30, 2, 10)],
      { returnedOnly: true },
    ),
    row(
      'is left by break without a return',
      (clock) => {
        const kept: unknown[] = [];
        return scenario({
          body: () => new Countdown(clock),
          async use(call) {
            const iterable = call();
            kept.push(iterable);
            const iterator = iterable[Symbol.asyncIterator]();
            kept.push(iterator);
            return iterator.next();
          },
        });
      },
      [],
      { running: 1 },
    ),
    row(
      'hands out a frozen iterator, which cannot be followed',
      (clock) =>
        scenario({
          body: (): AsyncIterable<number> => ({
            [Symbol.asyncIterator]: () => Object.freeze(new Countdown(clock)[Symbol.asyncIterator]()),
          }),
          use: (call) => readAll(call()),
        }),
      [streamed('success', 0, 0, undefined)],
    ),
    row(
      'is never iterated: not counted',
      (clock) => scenario({ body: () => new Countdown(clock), use: (call) => typeof call() }),
      [],
    ),
  ],
};
