import { AsyncLocalStorage } from 'node:async_hooks';
import type { LiveExecution } from './live-execution';
import { shared } from './shared-state';

/** The execution in whose async context the caller runs. */
export function liveExecution(): LiveExecution | undefined {
  return shared.context?.getStore();
}

/** Runs `fn` as a part of the execution: whatever it calls or awaits belongs to it. */
export function runInContext<Result>(execution: LiveExecution | undefined, fn: () => Result): Result {
  shared.context ??= new AsyncLocalStorage();
  return shared.context.run(execution, fn);
}
