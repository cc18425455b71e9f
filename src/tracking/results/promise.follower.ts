import { types } from 'node:util';
import { liveExecution, runInContext } from '../execution-context';
import type { LiveExecution } from '../live-execution';
import { replaceMethod } from './result-follower';
import type { ResultFollower } from './result-follower';

/**
 * A promise is chained, not listened to beside: a rejection that nobody handles must stay one. The chained promise is
 * of the same class, and has the properties that an SDK may have put on the original.
 */
export const promiseFollower: ResultFollower<Promise<unknown>> = {
  lazy: false,
  inPlace: false,
  matches: (result): result is Promise<unknown> => types.isPromise(result) && hasNativeThen(result),
  follow(execution, promise) {
    const followed = promise.then(
      (value) => execution.tracking.follow(execution, value, 'awaited'),
      (error: unknown) => {
        execution.failed(error);
        throw error;
      },
    );
    copyOwnProperties(promise, followed);
    return followed;
  },
};

/**
 * A query builder or a lazy promise of an SDK: nothing runs before `then`, and each `then` may run it again. So the
 * caller gets the object itself, and its first `then` is the execution.
 */
export const thenableFollower: ResultFollower<PromiseLike<unknown>> = {
  lazy: true,
  inPlace: true,
  matches: (result): result is PromiseLike<unknown> => typeof (result as PromiseLike<unknown>).then === 'function',
  follow(execution, thenable) {
    let begun = false;
    replaceMethod(thenable, 'then', (then) => {
      return function (onFulfilled, onRejected) {
        if (begun) return then.call(this, onFulfilled, onRejected);
        begun = true;
        const live = execution.enter();
        const outer = liveExecution();
        return live.run(() => then.call(this, ...watchSettling(live, outer, onFulfilled, onRejected)));
      };
    });
    return thenable;
  },
};

/** The two callbacks of a `then`, watched; the caller's own run in the caller's context. */
function watchSettling(
  live: LiveExecution,
  outer: LiveExecution | undefined,
  onFulfilled: unknown,
  onRejected: unknown,
): [(value: unknown) => unknown, (error: unknown) => unknown] {
  return [
    (value) => {
      const followed = live.tracking.follow(live, value, 'awaited');
      return isCallback(onFulfilled) ? runInContext(outer, () => onFulfilled(followed)) : followed;
    },
    (error) => {
      live.failed(error);
      if (!isCallback(onRejected)) throw error;
      return runInContext(outer, () => onRejected(error));
    },
  ];
}

function isCallback(value: unknown): value is (settled: unknown) => unknown {
  return typeof value === 'function';
}

function copyOwnProperties(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from)) Object.defineProperty(to, key, Object.getOwnPropertyDescriptor(from, key)!);
}

const nativeThen: unknown = Reflect.get(Promise.prototype, 'then');
const NATIVE_THEN = String(nativeThen);

/** False for a class that overrides `then`, true also for promises of another realm. */
function hasNativeThen(promise: Promise<unknown>): boolean {
  const then: unknown = Reflect.get(promise, 'then');
  return then === nativeThen || (typeof then === 'function' && Function.prototype.toString.call(then) === NATIVE_THEN);
}
