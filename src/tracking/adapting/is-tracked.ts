import type { ExecutionHandle } from '../execution-handle';
import { executionOf } from '../execution/tracked-handle';

/** Whether any application counts it. What nobody counts need not be watched. */
export function isTracked(handle: ExecutionHandle): boolean {
  return executionOf(handle) !== undefined;
}
