import { types } from 'node:util';
import type { LiveExecution } from '../execution/live-execution';
import { isPrematureClose } from '../outcomes/premature-close';
import { Calls } from './calls';
import { classDoors } from './class-doors';
import { furtherDoors } from './further-doors';
import type { Follow, LazyFollower } from './result-follower';
import { Use } from './use';
import { watchOf, watchThrough, type Ask, type Door, type Doors } from './watch';

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;
type Step = IteratorResult<unknown>;

/** A generator, sync or async. Its body runs in the context of the caller of `next`, so each call enters ours. */
export const generatorFollower: LazyFollower<Generator | AsyncGenerator> = {
  awaitable: false,
  lazy: true,
  matches: (result): result is Generator | AsyncGenerator => types.isGeneratorObject(result),
  watch(execution, generator) {
    const use = new Use([execution]);
    return watchIterator(use, generator as Generator) ? use : undefined;
  },
};

/** Anything else that `for await` takes. What is its own iterator is watched directly, else each of its iterators. */
export const asyncIterableFollower: LazyFollower<AsyncIterable<unknown>> = {
  awaitable: false,
  lazy: true,
  matches: (result): result is AsyncIterable<unknown> =>
    typeof (result as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function',
  watch(execution, iterable, follow) {
    if (typeof (iterable as Partial<AnyIterator>).next !== 'function')
      return watchIterable(execution, iterable, follow);
    const use = new Use([execution]);
    return watchIterator(use, iterable as unknown as AnyIterator) ? use : undefined;
  },
};

function watchIterable(execution: LiveExecution, iterable: object, follow: Follow): Calls | undefined {
  const isSeenInPart = classDoors(iterable).length > 0 || 'emit' in iterable;
  const calls = new Calls(execution, isSeenInPart);
  const further = furtherDoors(iterable, (isTaken) => (isTaken ? calls.take() : calls.next), follow);
  const open = openOnce(calls);
  // Streams of model SDKs have one, which `tee` reads in the place of both branches.
  const own: Doors = Object.hasOwn(iterable, 'iterator') ? { iterator: open } : {};
  const doors: Doors = { ...further, ...own, emit: tellEvent(calls), [Symbol.asyncIterator]: open };
  return watchThrough(iterable, calls, doors) ? calls : undefined;
}

/** Where one way of opening an iterator goes through another, it is one use. */
function openOnce(calls: Calls): Door {
  let isOpening = false;
  return (ask, args) => {
    if (isOpening) return ask(...args);
    isOpening = true;
    try {
      return openIterator(calls, () => ask(...args));
    } finally {
      isOpening = false;
    }
  };
}

/** What emits events may be read by them alone. */
function tellEvent(calls: Calls): Door {
  return (emit, args) => {
    const [event, error] = args;
    if (event === 'error') calls.endAll((use) => use.begin().failed(error));
    else if (event === 'end' || event === 'close') calls.endAll((use) => use.begin().succeeded());
    return emit(...args);
  };
}

function openIterator(calls: Calls, open: Ask): unknown {
  const use = calls.take();
  if (use === undefined) return open();
  try {
    const iterator = open() as AnyIterator;
    if (!watchIterator(use, iterator)) use.begin().succeeded();
    return iterator;
  } catch (error) {
    use.begin().failed(error);
    throw error;
  }
}

function watchIterator(use: Use, iterator: AnyIterator): boolean {
  if (typeof iterator !== 'object' || iterator === null || watchOf(iterator) !== undefined) return false;
  const isAsync = Symbol.asyncIterator in iterator;
  const next: Door = (ask, args) => {
    if (!use.begun) stopAtLimit(use.begin(iterator, isAsync), iterator);
    if (use.stoppedBy !== undefined) return failStep(isAsync, use.stop(use.stoppedBy));
    if (use.admission !== undefined) {
      const refused = (error: Error) => failStep(true, use.stop(error));
      return use.admission.then(() => next(ask, args), refused);
    }
    return watchStep(use, () => ask(...args), advance);
  };
  // Stopped before it began: nothing has run, and what is still postponed is not counted.
  const stop: Door = (ask, args) => {
    if (use.stoppedBy !== undefined) return ask(...args);
    use.abandoned();
    return watchStep(use, () => ask(...args), stopEarly);
  };
  const fail: Door = (ask, args) => {
    if (use.stoppedBy !== undefined) return ask(...args);
    if (!isPrematureClose(args[0])) return watchStep(use, () => ask(...args), advance);
    use.abandoned();
    return watchStep(
      use,
      () => ask(...args),
      stopEarly,
      (error) => (error === args[0] ? use.consumerStopped() : use.failed(error)),
    );
  };
  return watchThrough(iterator, use, { next, return: stop, throw: fail });
}

/**
 * At the limit the source is told to stop, and not waited for: one that awaits something hears of it when it wakes.
 * Held weakly, so that an iterator that is dropped half-way is still noticed.
 */
function stopAtLimit(use: Use, iterator: AnyIterator): void {
  if (!use.isLimited) return;
  const source = new WeakRef(iterator);
  use.onStop(() => {
    const stopping = source.deref()?.return?.();
    if (isThenable(stopping)) Promise.resolve(stopping).catch(() => {});
  });
}

/** Fails a step that must not be taken, as the iterator would. */
function failStep(isAsync: boolean, error: Error): Promise<never> {
  if (isAsync) return Promise.reject(error);
  throw error;
}

function advance(use: Use, step: Step): void {
  if (step.done) use.succeeded();
  else use.chunk(step.value);
}

function stopEarly(use: Use, step: Step): void {
  if (step.done) use.consumerStopped();
  else use.chunk(step.value);
}

/** Takes one step inside the execution; `seen` learns of it when it has been taken. */
function watchStep(
  use: Use,
  take: () => unknown,
  seen: (use: Use, step: Step) => void,
  broke = (error: unknown) => use.failed(error),
): unknown {
  if (use.over) return take();
  const failed = (error: unknown): never => {
    broke(error);
    throw error;
  };
  const arrived = (step: Step) => {
    seen(use, step);
    return step;
  };
  let step: unknown;
  try {
    step = use.run(take);
  } catch (error) {
    return failed(error);
  }
  return isThenable(step) ? use.race(Promise.resolve(step).then(arrived, failed)) : arrived(step as Step);
}

function isThenable(value: unknown): value is PromiseLike<Step> {
  return typeof (value as PromiseLike<Step> | undefined)?.then === 'function';
}
