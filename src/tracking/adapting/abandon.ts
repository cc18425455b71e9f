import type { ExecutionHandle } from '../execution-handle';
import { executionOf } from '../execution/tracked-handle';

/** Nobody wants the result any more: aborts the signal of a call that has yet to come to its end. */
export function abandon(call: ExecutionHandle, reason: unknown): void {
  executionOf(call)?.abandon(reason);
}
