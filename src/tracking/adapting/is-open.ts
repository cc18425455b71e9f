import type { ExecutionHandle } from '../execution-handle';
import { executionOf } from '../execution/tracked-handle';

/** Whether an execution has yet to end. One that nobody counts is never open. */
export function isOpen(handle: ExecutionHandle): boolean {
  return executionOf(handle)?.ended === false;
}
