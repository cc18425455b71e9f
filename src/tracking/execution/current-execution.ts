import type { ExecutionHandle } from '../execution-handle';
import { runningExecution } from './context-bridges';
import { handleOf } from './tracked-handle';

/**
 * The execution in which the caller runs; undefined outside any, and with the option `asyncContext: false`.
 *
 * @example
 * currentExecution()?.recordRetry();
 */
export function currentExecution(): ExecutionHandle | undefined {
  const running = runningExecution();
  return running && handleOf(running);
}
