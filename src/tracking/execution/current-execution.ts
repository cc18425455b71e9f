import { liveExecution } from './execution-context';
import type { ExecutionHandle } from './execution-handle';

/**
 * The execution in which the caller runs; undefined outside any, and with the option `asyncContext: false`.
 *
 * @example
 * currentExecution()?.recordRetry();
 */
export function currentExecution(): ExecutionHandle | undefined {
  return liveExecution();
}
