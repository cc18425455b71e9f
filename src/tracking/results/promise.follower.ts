import { types } from 'node:util';
import { runInContext, runInside, runningExecution } from '../execution/async-context';
import type { LiveExecution } from '../execution/live-execution';
import {
  beginUse,
  isFollowed,
  replaceMethod,
  type AnyMethod,
  type Follow,
  type ResultFollower,
} from './result-follower';

/**
 * A promise is chained, not listened to beside: a rejection that nobody handles must stay one. So the caller gets another
 * native promise, with the properties that an SDK may have put on the original. A subclass keeps its identity: `await`
 * asks it for its `then`, which it does not ask a native promise.
 */
export const promiseFollower: ResultFollower<Promise<unknown>> = {
  awaitable: true,
  lazy: false,
  inPlace: false,
  matches: (result): result is Promise<unknown> =>
    (result instanceof Promise || types.isPromise(result)) && isEager(result),
  follow(execution, promise, followOn) {
    const followed = followPromise(execution, promise, followOn);
    if (isOfSubclass(promise) && Object.isExtensible(promise)) {
      const then = Object.assign(followed.then.bind(followed), { [EAGER]: true });
      replaceMethod(promise, 'then', () => then as AnyMethod);
      return promise;
    }
    copyOwnProperties(promise, followed);
    return followed;
  },
};

/** The promise that the caller gets in place of one that is native and eager. */
export function followPromise(execution: LiveExecution, promise: Promise<unknown>, followOn: Follow): Promise<unknown> {
  const settled = promise.then(
    (value) => followOn(execution, value, 'awaited'),
    (error: unknown) => {
      execution.failed(error);
      throw error;
    },
  );
  return execution.isLimited ? execution.race(settled) : settled;
}

/**
 * A query builder or a lazy promise of an SDK: nothing runs before `then`, and each `then` may run it again. So the
 * caller gets the object itself, and its first `then` is the execution. One that runs before that cannot be told from
 * these, and is measured from there.
 */
export const thenableFollower: ResultFollower<PromiseLike<unknown>> = {
  awaitable: true,
  lazy: true,
  inPlace: true,
  matches: (result): result is PromiseLike<unknown> => typeof (result as PromiseLike<unknown>).then === 'function',
  follow(execution, thenable, followOn) {
    if (isFollowed(execution, thenable)) {
      execution.succeeded();
      return thenable;
    }
    let begun = false;
    replaceMethod(thenable, 'then', (then) => {
      return function (onFulfilled, onRejected) {
        if (begun) return then.call(this, onFulfilled, onRejected);
        begun = true;
        const use = beginUse(execution);
        const outer = runningExecution();
        const callbacks = watchSettling(use, outer, followOn, onFulfilled, onRejected);
        if (!use.isLimited) return runInside(use, () => then.call(this, ...callbacks));
        const settled = new Promise((resolve, reject) => runInside(use, () => void then.call(this, resolve, reject)));
        return use.race(settled).then(...callbacks);
      };
    });
    for (const key of ['catch', 'finally'] as const) {
      replaceMethod(thenable, key, (own) => {
        return function (...args) {
          // Some run without their `then`, so the first use goes through it. Bluebird's `catch` may take a filter too.
          const viaThen = !begun && args.length === 1;
          return (viaThen ? (Reflect.get(Promise.prototype, key) as AnyMethod) : own).apply(this, args);
        };
      });
    }
    return thenable;
  },
};

/** The two callbacks of a `then`, watched; the caller's own run in the caller's context. */
function watchSettling(
  use: LiveExecution,
  outer: LiveExecution | undefined,
  followOn: Follow,
  onFulfilled: unknown,
  onRejected: unknown,
): [(value: unknown) => unknown, (error: unknown) => unknown] {
  return [
    (value) => {
      const followed = followOn(use, value, 'awaited');
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

/**
 * Not its symbols: those are Node's own, by which it knows one promise from another. Where it has put them there, asking
 * for the keys takes longer than all the rest, and a loop over none of them next to nothing.
 */
function copyOwnProperties(from: object, to: object): void {
  for (const key in from) {
    const own = Object.getOwnPropertyDescriptor(from, key);
    if (own !== undefined) Object.defineProperty(to, key, own);
  }
}

/** On the `then` of a promise that was followed already. */
const EAGER = Symbol('eager');
const nativeThen: unknown = Reflect.get(Promise.prototype, 'then');
const NATIVE_THEN = String(nativeThen);

/** False for a class that overrides `then`, true also for promises of another realm. */
function isEager(promise: Promise<unknown>): boolean {
  const then: unknown = (promise as { then?: unknown }).then;
  if (then === nativeThen) return true;
  return typeof then === 'function' && (EAGER in then || Function.prototype.toString.call(then) === NATIVE_THEN);
}

/** Whether `await` takes a promise for one that is not of its own kind. */
function isOfSubclass(promise: Promise<unknown>): boolean {
  const { constructor } = promise;
  return constructor !== Promise && !Object.hasOwn(constructor.prototype as object, 'then');
}
