import { types } from 'node:util';
import { Use } from './use';
import { watchOf } from './watch';

/** The class of an async function's promise, even where the global `Promise` is another. */
export const NativePromise = (async () => {})().constructor as PromiseConstructor;
const NATIVE_THEN = String(Reflect.get(NativePromise.prototype, 'then'));

/** The watch of a promise that is chained already. */
export const eager = new Use([]);

/** False for a class that overrides `then`; true also where that of all promises was replaced, and in another realm. */
function isEager(promise: Promise<unknown>): boolean {
  const then: unknown = Reflect.get(promise, 'then');
  if (then === Reflect.get(NativePromise.prototype, 'then')) return true;
  if (watchOf(promise) === eager) return true;
  return typeof then === 'function' && Function.prototype.toString.call(then) === NATIVE_THEN;
}

/** Whether it is a promise that is under way. */
export function isPendingPromise(result: unknown): result is Promise<unknown> {
  return types.isPromise(result) && isEager(result);
}
