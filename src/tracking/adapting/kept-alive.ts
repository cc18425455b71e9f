import type { ExecutionHandle } from '../execution-handle';
import { executionOf } from '../execution/tracked-handle';

/**
 * Keeps an execution from ending as idle while it waits for something that is sure to come, such as the answer to a request
 * that has a timeout of its own.
 *
 * @returns ends the wait; call it once
 */
export function keepAlive(handle: ExecutionHandle): () => void {
  const execution = executionOf(handle);
  const idleEnds = [execution?.idleEnd, execution?.joined?.whole?.idleEnd];
  for (const idleEnd of idleEnds) idleEnd?.enter();
  return () => {
    for (const idleEnd of idleEnds) idleEnd?.leave(undefined);
  };
}
