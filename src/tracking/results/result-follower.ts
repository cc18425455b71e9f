import type { LiveExecution } from '../execution/live-execution';
import type { Watch } from './watch';

/**
 * Where a result comes from: it is what the call returned, the promise of an async function, or what was awaited from a
 * promise.
 */
export type Arrival = 'returned' | 'promised' | 'awaited';

/** Follows any result to its end; returns what the caller gets in its place. */
export interface Follow {
  (execution: LiveExecution, result: unknown, arrival: Arrival): unknown;
  /** Whether a result goes on after it has been returned and awaited. */
  readonly isStream: (result: unknown) => result is object;
}

/** Follows a promise that is under way: the caller gets what is chained to it. */
export interface EagerFollower<Result extends object> {
  readonly lazy: false;
  readonly awaitable: true;
  readonly matches: (result: object) => result is Result;
  /** @param followOn for what comes out of the promise and goes on */
  follow(execution: LiveExecution, result: Result, followOn: Follow): unknown;
}

/** Watches a result that does nothing before it is used; the execution begins only then. The caller gets the object itself. */
export interface LazyFollower<Result extends object> {
  readonly lazy: true;
  /** Whether it is a promise or the like: it has one value, which may have to be followed in turn. */
  readonly awaitable: boolean;
  readonly matches: (result: object) => result is Result;
  /** The object that is read, where the result only holds it. */
  readonly source?: (result: Result) => object;
  /** Watches it from now on; undefined where it cannot be watched. */
  watch(execution: LiveExecution, source: object, followOn: Follow): Watch | undefined;
}

/** Follows one kind of result to its end. */
export type ResultFollower<Result extends object> = EagerFollower<Result> | LazyFollower<Result>;
