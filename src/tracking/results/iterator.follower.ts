import { types } from 'node:util';
import type { LiveExecution } from '../live-execution';
import { consumerStopped, replaceMethod } from './result-follower';
import type { ResultFollower } from './result-follower';

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;
type Step = IteratorResult<unknown>;

/** A generator, sync or async. Its body runs in the context of whoever calls `next`, so each call enters ours. */
export const generatorFollower: ResultFollower<Generator | AsyncGenerator> = {
  lazy: true,
  inPlace: true,
  matches: (result): result is Generator | AsyncGenerator => types.isGeneratorObject(result),
  follow(execution, generator) {
    watchIterator(execution, generator);
    return generator;
  },
};

/** Anything else that `for await` takes. What is its own iterator is watched directly, else each of its iterators. */
export const asyncIterableFollower: ResultFollower<AsyncIterable<unknown>> = {
  lazy: true,
  inPlace: true,
  matches: (result): result is AsyncIterable<unknown> =>
    typeof (result as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function',
  follow(execution, iterable) {
    if (typeof (iterable as Partial<AnyIterator>).next === 'function') {
      watchIterator(execution, iterable as unknown as AnyIterator);
      return iterable;
    }
    if (isWatched(iterable, execution)) return iterable;
    replaceMethod(iterable, Symbol.asyncIterator, (open) => {
      return function (...args) {
        const iterator = open.apply(this, args) as AnyIterator;
        if (Object.isExtensible(iterator)) watchIterator(execution, iterator);
        return iterator;
      };
    });
    return iterable;
  },
};

/** Iterables that a method returns again and again are watched once, not once more by every call. */
const watched = new WeakMap<object, WeakSet<object>>();

function isWatched(iterable: object, execution: LiveExecution): boolean {
  const specs = watched.get(iterable) ?? new WeakSet();
  if (specs.has(execution.spec)) {
    execution.succeeded();
    return true;
  }
  watched.set(iterable, specs.add(execution.spec));
  return false;
}

/** Ends the execution of a generator that was begun and dropped. It must not reach the generator, nor does it. */
const dropped = new FinalizationRegistry<LiveExecution>((live) => live.cancelled(consumerStopped()));

function watchIterator(execution: LiveExecution, iterator: AnyIterator): void {
  let live: LiveExecution | undefined;
  const begin = () => {
    if (live === undefined) dropped.register(iterator, (live = execution.enter()));
    return live;
  };
  replaceMethod(iterator, 'next', (next) => {
    return function (...args) {
      return watchStep(begin(), () => next.apply(this, args), advance);
    };
  });
  for (const key of ['return', 'throw'] as const) {
    replaceMethod(iterator, key, (stop) => {
      return function (...args) {
        if (live === undefined) return stop.apply(this, args);
        if (key === 'return') live.abandon(consumerStopped());
        return watchStep(live, () => stop.apply(this, args), key === 'return' ? stopEarly : advance);
      };
    });
  }
}

function advance(live: LiveExecution, step: Step): void {
  if (step.done) live.succeeded();
  else live.chunk();
}

function stopEarly(live: LiveExecution, step: Step): void {
  if (step.done) live.cancelled(consumerStopped());
  else live.chunk();
}

/** Takes one step inside the execution; `seen` learns of it when it has been taken. */
function watchStep(live: LiveExecution, take: () => unknown, seen: (live: LiveExecution, step: Step) => void): unknown {
  const failed = (error: unknown): never => {
    live.failed(error);
    throw error;
  };
  const arrived = (step: Step) => {
    seen(live, step);
    return step;
  };
  let step: unknown;
  try {
    step = live.run(take);
  } catch (error) {
    return failed(error);
  }
  return isThenable(step) ? Promise.resolve(step).then(arrived, failed) : arrived(step as Step);
}

function isThenable(value: unknown): value is PromiseLike<Step> {
  return typeof (value as PromiseLike<Step> | undefined)?.then === 'function';
}
