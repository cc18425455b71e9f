import { types } from 'node:util';
import { runInside, runningExecution } from '../execution/async-context';
import { earlyStop, type LiveExecution } from '../execution/live-execution';
import { beginUse, isFollowed, replaceMethod, seriesOf, type ResultFollower } from './result-follower';

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;
type Step = IteratorResult<unknown>;

/** A generator, sync or async. Its body runs in the context of whoever calls `next`, so each call enters ours. */
export const generatorFollower: ResultFollower<Generator | AsyncGenerator> = {
  awaitable: false,
  lazy: true,
  inPlace: true,
  matches: (result): result is Generator | AsyncGenerator => types.isGeneratorObject(result),
  follow(execution, generator) {
    watchOwnIterator(execution, generator);
    return generator;
  },
};

/** Anything else that `for await` takes. What is its own iterator is watched directly, else each of its iterators. */
export const asyncIterableFollower: ResultFollower<AsyncIterable<unknown>> = {
  awaitable: false,
  lazy: true,
  inPlace: true,
  matches: (result): result is AsyncIterable<unknown> =>
    typeof (result as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function',
  follow(execution, iterable) {
    if (typeof (iterable as Partial<AnyIterator>).next === 'function') {
      watchOwnIterator(execution, iterable as unknown as AnyIterator);
    } else {
      watchIterable(execution, iterable);
    }
    return iterable;
  },
};

/** Calls that returned an iterable, kept by the method and returned again and again, whose iteration is to come. */
const waiting = new WeakMap<object, LiveExecution[]>();

function watchIterable(execution: LiveExecution, iterable: AsyncIterable<unknown>): void {
  const calls = waiting.get(iterable) ?? [];
  waiting.set(iterable, calls);
  calls.push(execution);
  if (isFollowed(execution, iterable)) return;
  replaceMethod(iterable, Symbol.asyncIterator, (open) => {
    return function (...args) {
      const iterator = open.apply(this, args) as AnyIterator;
      const call = takeCall(calls, execution) ?? execution;
      if (Object.isExtensible(iterator)) watchIterator(call, iterator);
      else beginUse(call).succeeded();
      return iterator;
    };
  });
}

/** The call that an iteration belongs to: one that was made where the iteration is, else the oldest. */
function takeCall(calls: LiveExecution[], followedFor: LiveExecution): LiveExecution | undefined {
  const caller = runningExecution();
  const own = calls.filter((call) => seriesOf(call) === seriesOf(followedFor));
  const call = own.find(({ parent }) => parent === caller) ?? own[0];
  if (call !== undefined) calls.splice(calls.indexOf(call), 1);
  return call;
}

function watchOwnIterator(execution: LiveExecution, iterator: AnyIterator): void {
  if (isFollowed(execution, iterator)) execution.succeeded();
  else watchIterator(execution, iterator);
}

function watchIterator(execution: LiveExecution, iterator: AnyIterator): void {
  let use: LiveExecution | undefined;
  const begin = () => {
    if (use === undefined) stopAtLimit((use = beginUse(execution, iterator)), iterator);
    return use;
  };
  replaceMethod(iterator, 'next', (next) => {
    return function (...args) {
      const running = begin();
      if (running.expired !== undefined) return failStep(iterator, running.expired);
      return watchStep(running, () => next.apply(this, args), advance);
    };
  });
  for (const key of ['return', 'throw'] as const) {
    replaceMethod(iterator, key, (stop) => {
      return function (...args) {
        // Stopped before it began: nothing has run, and what is still postponed is not counted.
        use ??= execution;
        if (use.expired !== undefined) return stop.apply(this, args);
        if (key === 'return') use.abandon(earlyStop());
        return watchStep(use, () => stop.apply(this, args), key === 'return' ? stopEarly : advance);
      };
    });
  }
}

/**
 * At the limit the source is told to stop, and not waited for: one that awaits something hears of it when it wakes.
 * Held weakly, so that an iterator that is dropped half-way is still noticed.
 */
function stopAtLimit(use: LiveExecution, iterator: AnyIterator): void {
  if (!use.isLimited) return;
  const source = new WeakRef(iterator);
  use.onExpire(() => {
    const stopping = source.deref()?.return?.();
    if (isThenable(stopping)) Promise.resolve(stopping).catch(() => {});
  });
}

/** Fails a step that must not be taken, as the iterator would. */
function failStep(iterator: AnyIterator, error: Error): Promise<never> {
  if (Symbol.asyncIterator in iterator) return Promise.reject(error);
  throw error;
}

function advance(use: LiveExecution, step: Step): void {
  if (step.done) use.succeeded();
  else use.chunk(step.value);
}

function stopEarly(use: LiveExecution, step: Step): void {
  if (step.done) use.consumerStopped();
  else use.chunk(step.value);
}

/** Takes one step inside the execution; `seen` learns of it when it has been taken. */
function watchStep(use: LiveExecution, take: () => unknown, seen: (use: LiveExecution, step: Step) => void): unknown {
  const failed = (error: unknown): never => {
    use.failed(error);
    throw error;
  };
  const arrived = (step: Step) => {
    seen(use, step);
    return step;
  };
  let step: unknown;
  try {
    step = runInside(use, take);
  } catch (error) {
    return failed(error);
  }
  return isThenable(step) ? use.race(Promise.resolve(step).then(arrived, failed)) : arrived(step as Step);
}

function isThenable(value: unknown): value is PromiseLike<Step> {
  return typeof (value as PromiseLike<Step> | undefined)?.then === 'function';
}
