import type { ExecutionHandle } from '../execution-handle';
import { executionOf } from '../execution/tracked-handle';

/** Whether an execution is over, whoever has ended it. One that no application counts never runs. */
export function hasEnded(handle: ExecutionHandle): boolean {
  return executionOf(handle)?.ended ?? true;
}
