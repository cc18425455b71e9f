import { types } from 'node:util';
import type { LiveExecution } from '../execution/live-execution';
import { runInContext, enteredExecution } from '../execution/async-context';
import { furtherDoors } from './further-doors';
import { eager, isPendingPromise, NativePromise } from './native-promise';
import type { EagerFollower, Follow, LazyFollower } from './result-follower';
import { Use } from './use';
import { watchOf, watchThrough, type Ask, type Doors } from './watch';

type Method = (this: unknown, ...args: unknown[]) => unknown;
type PromiseClass = new <Value>(executor: (resolve: (value: Value) => void) => void) => Promise<Value>;

/**
 * A promise is chained, not listened to beside: an unhandled rejection must stay one. So the caller gets another
 * native promise, with the properties that an SDK may have put on the original. A subclass keeps its identity: `await`
 * asks it for its `then`, which it does not ask a native promise.
 */
export const promiseFollower: EagerFollower<Promise<unknown>> = {
  awaitable: true,
  lazy: false,
  matches: isPendingPromise,
  follow(execution, promise) {
    if (!isOfSubclass(promise)) return copyOf(promise, followPromise(execution, promise));
    if (watchOf(promise) === eager) {
      execution.succeeded();
      return promise;
    }
    const followed = followPromise(execution, promise);
    const then = Reflect.get(followed, 'then') as Method;
    const isWatched = watchThrough(promise, eager, { then: (_ask, callbacks) => then.apply(followed, callbacks) });
    return isWatched ? promise : copyOf(promise, followed);
  },
};

/**
 * A promise of a library's own (Bluebird's, or the global `Promise` under zone.js): under way like a native
 * one, however it is used. It keeps its state in own properties, which must not be copied.
 */
export const libraryPromiseFollower: EagerFollower<Promise<unknown>> = {
  awaitable: true,
  lazy: false,
  matches: (result): result is Promise<unknown> => !types.isPromise(result) && isMadeByPromiseClass(result),
  follow: followPromise,
};

function isMadeByPromiseClass(result: object): boolean {
  const { constructor } = result;
  return (
    typeof constructor === 'function' &&
    ['resolve', 'reject', 'all'].every((key) => typeof Reflect.get(constructor, key) === 'function') &&
    ['then', 'catch'].every((key) => typeof Reflect.get(result, key) === 'function')
  );
}

/** The promise that the caller gets in place of one that is native and eager. */
export function followPromise(execution: LiveExecution, promise: Promise<unknown>): Promise<unknown> {
  if (execution.isLimited) return followWithinLimit(execution, promise);
  // Two closures would take 160 bytes a call, these 96.
  return promise.then(fulfilled.bind(execution), rejected.bind(execution));
}

/** The same, and rejects at the limit. A promise that races with the one above would be one more, and settle a turn later. */
function followWithinLimit(execution: LiveExecution, promise: Promise<unknown>): Promise<unknown> {
  let chained!: Promise<unknown>;
  const race = new NativePromise<unknown>((resolve, reject) => {
    execution.rejectOnExpire(reject);
    chained = promise.then(
      (value) => attempt(() => fulfilled.call(execution, value), resolve, reject),
      (error: unknown) => attempt(() => rejected.call(execution, error), resolve, reject),
    );
  });
  return ofClass(chained.constructor, race);
}

/** Settles a promise as one does that is chained with this step. */
function attempt(step: () => unknown, resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  try {
    resolve(step());
  } catch (error) {
    reject(error);
  }
}

/** Of the class of what is chained to a promise without a limit. */
function ofClass(type: Function, promise: Promise<unknown>): Promise<unknown> {
  return type === NativePromise ? promise : new (type as PromiseClass)((resolve) => resolve(promise));
}

function fulfilled(this: LiveExecution, value: unknown): unknown {
  return this.host.followOn(this, value);
}

function rejected(this: LiveExecution, error: unknown): never {
  this.failed(error);
  throw error;
}

/**
 * A query builder or a lazy promise of an SDK: nothing runs before `then`, and each `then` may run it again. So the
 * caller gets the object itself, and its first `then` is the execution. One that runs before that cannot be told from
 * these, and is measured from there.
 */
export const thenableFollower: LazyFollower<PromiseLike<unknown>> = {
  awaitable: true,
  lazy: true,
  matches: (result): result is PromiseLike<unknown> => typeof (result as PromiseLike<unknown>).then === 'function',
  watch(execution, thenable, followOn) {
    const use = new Use([execution]);
    const viaThen = (key: 'catch' | 'finally') => (ask: Ask, args: unknown[]) =>
      // Some run without their `then`, so the first use goes through it. Bluebird's `catch` may take a filter too.
      use.begun || args.length !== 1
        ? ask(...args)
        : (Reflect.get(NativePromise.prototype, key) as Method).apply(thenable, args);
    const doors: Doors = {
      ...furtherDoors(thenable, () => (use.begun ? undefined : use), followOn),
      then: (ask, args) => (use.begun ? ask(...args) : settle(use, ask, args, followOn)),
      catch: viaThen('catch'),
      finally: viaThen('finally'),
    };
    return watchThrough(thenable, use, doors) ? use : undefined;
  },
};

/** Runs a lazy thenable inside the execution. */
function settle(use: Use, ask: Ask, [onFulfilled, onRejected]: unknown[], followOn: Follow): unknown {
  use.begin(undefined, true);
  const callbacks = watchSettling(use, enteredExecution(), followOn, onFulfilled, onRejected);
  if (use.stoppedBy !== undefined) return NativePromise.reject(use.stoppedBy).then(...callbacks);
  const run = () => new NativePromise<unknown>((resolve, reject) => use.run(() => void ask(resolve, reject)));
  if (use.admission !== undefined) return use.race(use.admission.then(run)).then(...callbacks);
  if (use.isLimited) return use.race(run()).then(...callbacks);
  try {
    return use.run(() => ask(...callbacks));
  } catch (error) {
    use.failed(error);
    throw error;
  }
}

/** The two callbacks of a `then`, watched; the caller's own run in the caller's context. */
function watchSettling(
  use: Use,
  outer: LiveExecution | undefined,
  followOn: Follow,
  onFulfilled: unknown,
  onRejected: unknown,
): [(value: unknown) => unknown, (error: unknown) => unknown] {
  return [
    (value) => {
      const followed = use.passedOn(value, followOn);
      return isCallback(onFulfilled) ? runInContext(outer, () => onFulfilled(followed)) : followed;
    },
    (error) => {
      use.failed(error);
      if (!isCallback(onRejected)) throw error;
      return runInContext(outer, () => onRejected(error));
    },
  ];
}

function isCallback(value: unknown): value is (settled: unknown) => unknown {
  return typeof value === 'function';
}

/** With the properties of the original. What it has itself stays: Node puts marks of its own on each promise. */
function copyOf(original: object, copy: object): object {
  for (const key of Reflect.ownKeys(original)) {
    if (!Object.hasOwn(copy, key)) Object.defineProperty(copy, key, Object.getOwnPropertyDescriptor(original, key)!);
  }
  return copy;
}

/** Whether `await` takes a promise for one that is not of its own kind. */
function isOfSubclass(promise: Promise<unknown>): boolean {
  const { constructor } = promise;
  return constructor !== NativePromise && !Object.hasOwn(constructor.prototype as object, 'then');
}
