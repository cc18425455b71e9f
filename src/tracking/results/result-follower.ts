import type { LiveExecution } from '../live-execution';

/** Follows one kind of result to its end. */
export interface ResultFollower<Result extends object> {
  readonly matches: (result: object) => result is Result;
  /** Returns what the caller gets in place of the result: the same object wherever it can be watched from inside. */
  follow(execution: LiveExecution, result: Result): unknown;
  /** Whether nothing runs before the caller asks for it; the execution begins only then. */
  readonly lazy: boolean;
  /** Whether the result is watched from inside, which an object that is frozen or sealed does not allow. */
  readonly inPlace: boolean;
}

type Method = (this: object, ...args: unknown[]) => unknown;

/** Puts an own method over an inherited one, so that the object stays the same for everybody who holds it. */
export function replaceMethod(target: object, key: string | symbol, replace: (original: Method) => Method): void {
  const original = (target as Record<string | symbol, unknown>)[key];
  if (typeof original !== 'function') return;
  Object.defineProperty(target, key, { value: replace(original as Method), configurable: true, writable: true });
}

/** Why a signal aborts when whoever read a stream no longer does. */
export function consumerStopped(): DOMException {
  return new DOMException('The consumer stopped early.', 'AbortError');
}
