import type { ExecutionHandle } from '../execution-handle';
import { executionOf } from '../execution/tracked-handle';

/** Whether what joined this call last has failed. It then ends as that did, unless told otherwise. */
export function hasFailedInside(call: ExecutionHandle): boolean {
  return executionOf(call)?.hasFailedPart ?? false;
}
