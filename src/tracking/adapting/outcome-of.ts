import type { Outcome } from '../../collection/executions/finished-execution';
import type { ExecutionHandle } from '../execution-handle';
import { executionOf } from '../execution/tracked-handle';

/** How a call ended; undefined as long as it runs. */
export function outcomeOf(call: ExecutionHandle): Outcome | undefined {
  return executionOf(call)?.outcome;
}
