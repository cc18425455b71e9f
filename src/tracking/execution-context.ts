import { AsyncLocalStorage } from 'node:async_hooks';
import type { LiveExecution } from './live-execution';
import { shared } from './shared-state';

/** The execution in whose async context the caller runs. */
export function liveExecution(): LiveExecution | undefined {
  return shared.context?.getStore();
}

/**
 * Runs `fn` as a part of the execution: whatever it calls or awaits belongs to it. `fn` runs in any case: a fault of the
 * context's own is reported, one of `fn` stays one of `fn`.
 */
export function runInContext<Result>(execution: LiveExecution | undefined, fn: () => Result): Result {
  if (execution === liveExecution()) return fn();
  let entered = false;
  try {
    shared.context ??= new AsyncLocalStorage();
    return shared.context.run(execution, () => {
      entered = true;
      return fn();
    });
  } catch (error) {
    if (entered) throw error;
    execution?.tracking.faults.report('context', error);
    return fn();
  }
}
