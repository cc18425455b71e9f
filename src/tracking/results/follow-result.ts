import type { LiveExecution } from '../live-execution';
import { asyncIterableFollower, generatorFollower } from './iterator.follower';
import { observableFollower } from './observable.follower';
import { promiseFollower, thenableFollower } from './promise.follower';
import { readableFollower, streamableFileFollower } from './readable.follower';
import type { ResultFollower } from './result-follower';
import { webStreamFollower } from './web-stream.follower';

/** The first that matches follows: a Readable is an async iterable too, and an SDK's promise may stream. */
const FOLLOWERS = [
  promiseFollower,
  thenableFollower,
  generatorFollower,
  observableFollower,
  streamableFileFollower,
  readableFollower,
  webStreamFollower,
  asyncIterableFollower,
] as ResultFollower<object>[];

/** Where a result comes from: returned by the call itself, or awaited from the promise that it returned. */
export type Arrival = 'returned' | 'awaited';

/** Follows a result to its real end and returns what the caller gets in its place. */
export function followResult(execution: LiveExecution, result: unknown, arrival: Arrival): unknown {
  const follower = isObject(result) ? FOLLOWERS.find(({ matches }) => matches(result)) : undefined;
  if (follower === undefined || (follower.inPlace && !Object.isExtensible(result))) {
    execution.succeeded();
    return result;
  }
  // A call that had to be awaited has begun; one that only made something lazy has not.
  if (follower.lazy && arrival === 'returned') execution.park();
  return follower.follow(execution, result as object);
}

/** Whether a result goes on after it has been returned and awaited. */
export function isStream(result: unknown): result is object {
  return isObject(result) && FOLLOWERS.some((follower) => follower.lazy && follower.matches(result));
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
