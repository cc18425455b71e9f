import { isObservable } from 'rxjs';
import type { LiveExecution } from '../execution/live-execution';
import { asyncIterableFollower, generatorFollower } from './iterator.follower';
import { observableFollower } from './observable.follower';
import { followPromise, libraryPromiseFollower, promiseFollower, thenableFollower } from './promise.follower';
import { readableFollower, streamableFileFollower } from './readable.follower';
import type { Arrival, Follow, LazyFollower, ResultFollower } from './result-follower';
import { warnUnseen } from './unseen';
import { watchOf } from './watch';
import { webStreamFollower } from './web-stream.follower';

/** The first that matches follows what is no promise: a Readable is an async iterable too. */
const FOLLOWERS = [
  libraryPromiseFollower,
  thenableFollower,
  generatorFollower,
  observableFollower,
  streamableFileFollower,
  readableFollower,
  webStreamFollower,
  asyncIterableFollower,
] as ResultFollower<object>[];

/** Follows a result to its real end and returns what the caller gets in its place. A fault of ours ends the execution. */
export const follow: Follow = Object.assign(followAny, { isStream });

function followAny(execution: LiveExecution, result: unknown, arrival: Arrival): unknown {
  if (execution.ended) return result;
  try {
    // Most calls are of async functions: their promise is new, so that there is nothing to find out about it.
    if (arrival === 'promised') return followPromise(execution, result as Promise<unknown>);
    if (isObject(result) || execution.spec.until !== undefined) return followFurther(execution, result, arrival);
    execution.returned(result);
  } catch (fault) {
    execution.host.faults.report('follow', fault);
    execution.resume(false);
    execution.succeeded();
  }
  return result;
}

function followFurther(execution: LiveExecution, result: unknown, arrival: Arrival): unknown {
  const follower = followerOf(result);
  if (!follower?.awaitable) execution.model?.keepResult(result);
  if (execution.spec.until !== undefined && !follower?.awaitable) {
    const target = targetOf(execution, result);
    if (target !== undefined) {
      followBeside(execution, result, target);
      return result;
    }
  }
  if (follower?.lazy === false) return follower.follow(execution, result as object, follow);
  if (follower === undefined || !watchLazily(execution, follower, result as object, arrival))
    execution.returned(result);
  return result;
}

/**
 * Lets the execution end with what is lazy; false where it cannot. A call that had to be awaited has begun; one that only
 * made something lazy has not.
 */
function watchLazily(
  execution: LiveExecution,
  follower: LazyFollower<object>,
  result: object,
  arrival: Arrival,
): boolean {
  const source = follower.source?.(result) ?? result;
  const present = watchOf(source);
  // What can be used once and is handed out again counts with its use, not with each call.
  if (arrival === 'returned' && present !== undefined) execution.postpone();
  if (present?.join(execution) === false) {
    if (present.isReusable) execution.resume(false);
    return false;
  }
  const watch = present ?? follower.watch(execution, source, follow);
  if (watch === undefined) {
    warnUnseen(execution);
    return false;
  }
  if (arrival === 'awaited') watch.endWhenDropped(source);
  else execution.postpone();
  return true;
}

/** Whether a result goes on after it has been returned and awaited. */
export function isStream(result: unknown): result is object {
  return followerOf(result)?.lazy === true;
}

function followerOf(result: unknown): ResultFollower<object> | undefined {
  if (!isObject(result)) return undefined;
  if (promiseFollower.matches(result)) return promiseFollower;
  if (isPlainValue(result)) return undefined;
  for (const follower of FOLLOWERS) if (follower.matches(result)) return follower;
  return undefined;
}

/** What any follower looks for in an object that no class has made. */
interface Followable {
  readonly then?: unknown;
  readonly lift?: unknown;
  readonly [Symbol.asyncIterator]?: unknown;
}

/**
 * An object literal or an array that nothing comes of any more. Most calls return one, and to ask every follower takes
 * about as long as to count the call.
 */
function isPlainValue(result: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(result);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  const { then, lift, [Symbol.asyncIterator]: iterator } = result as Followable;
  return typeof then !== 'function' && typeof lift !== 'function' && typeof iterator !== 'function';
}

/** What the option `until` finds in a result. */
function targetOf({ spec, host }: LiveExecution, result: unknown): object | undefined {
  const { until } = spec;
  if (until === undefined) return undefined;
  const target = host.faults.attempt('until', () => until(result));
  if (target === undefined || target === null) return undefined;
  if (followerOf(target) !== undefined) return target;
  host.faults.warnOnce('until', 'The option "until" returned neither a promise nor a stream. It was ignored.');
  return undefined;
}

/** A result lives as long as the stream that was found in it, since its tokens may be found in it at the stream's end. */
const results = new WeakMap<object, unknown>();

/** The caller keeps the result; the execution ends with the target. */
function followBeside(execution: LiveExecution, result: unknown, target: object): void {
  results.set(target, result);
  const ended = () => execution.returned(result);
  const failed = (error: unknown) => execution.failed(error);
  const follower = followerOf(target)!;
  if (follower.awaitable) {
    void Promise.resolve(target).then(ended, failed);
  } else if (isObservable(target)) {
    const subscription = target.subscribe({ next: (value) => execution.chunk(value), error: failed, complete: ended });
    execution.signal.addEventListener('abort', () => subscription.unsubscribe());
  } else if (!watchLazily(execution, follower, target, 'awaited')) {
    ended();
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
