import type { LiveExecution } from '../execution/live-execution';

/**
 * Where a result comes from: it is what the call returned, the promise of an async function, or what was awaited from a
 * promise.
 */
export type Arrival = 'returned' | 'promised' | 'awaited';

/** Follows any result to its end; returns what the caller gets in its place. */
export type Follow = (execution: LiveExecution, result: unknown, arrival: Arrival) => unknown;

/** Follows one kind of result to its end. */
export interface ResultFollower<Result extends object> {
  readonly matches: (result: object) => result is Result;
  /**
   * Returns what the caller gets in place of the result: the same object wherever it can be watched from inside.
   *
   * @param followOn for what comes out of the result and goes on
   */
  follow(execution: LiveExecution, result: Result, followOn: Follow): unknown;
  /** Whether it is a promise or the like: it has one value, which may have to be followed in turn. */
  readonly awaitable: boolean;
  /** Whether nothing runs before the caller asks for it; the execution begins only then. */
  readonly lazy: boolean;
  /** Whether the result is watched from inside, which an object that is frozen or sealed does not allow. */
  readonly inPlace: boolean;
}

export type AnyMethod = (this: object, ...args: unknown[]) => unknown;

/** Puts an own method over an inherited one, so that the object stays the same for everybody who holds it. */
export function replaceMethod(target: object, key: string | symbol, replace: (original: AnyMethod) => AnyMethod): void {
  const original = (target as Record<string | symbol, unknown>)[key];
  if (typeof original !== 'function') return;
  Object.defineProperty(target, key, { value: replace(original as AnyMethod), configurable: true, writable: true });
}

/** Ends what was begun and then dropped. What it holds, the execution, must not reach the key, the result, nor does it. */
const dropped = new FinalizationRegistry<LiveExecution>((execution) => execution.consumerStopped());

/** The execution is under way, but the result that will end it may be dropped unused. */
export function endWhenDropped(execution: LiveExecution, result: object): void {
  dropped.register(result, execution, execution);
}

/**
 * The execution of a use of a result that begins now: the call's own for the first use, one of its own for each further.
 * `used` is what it ends with, should that be dropped half-way.
 */
export function beginUse(execution: LiveExecution, used?: object): LiveExecution {
  dropped.unregister(execution);
  const use = execution.nextUse();
  if (used !== undefined) endWhenDropped(use, used);
  return use;
}

/** What was returned before, and the call that it is followed for, by what the call counts as. */
const followed = new WeakMap<object, Map<string, LiveExecution>>();

/**
 * Whether the result is followed for another such call already, because a method keeps it and returns it again and again;
 * to follow it once more for every call would never end. A method that calls itself and passes the result on is followed
 * for each of these calls.
 */
export function isFollowed(execution: LiveExecution, result: object): boolean {
  const calls = followed.get(result) ?? new Map<string, LiveExecution>();
  const earlier = calls.get(seriesOf(execution));
  if (earlier !== undefined && !beganWithin(earlier, execution)) return true;
  followed.set(result, calls.set(seriesOf(execution), execution));
  return false;
}

/** What an execution counts as, also among those of other applications. */
export function seriesOf({ host, kind, name }: LiveExecution): string {
  return `${host.store.instanceId} ${kind} ${name}`;
}

function beganWithin(inner: LiveExecution, outer: LiveExecution): boolean {
  for (let candidate = inner.parent; candidate !== undefined; candidate = candidate.parent) {
    if (candidate === outer) return true;
  }
  return false;
}
