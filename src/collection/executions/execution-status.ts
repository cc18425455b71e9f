/** The four outcomes, in the order in which they are counted and written. */
export const EXECUTION_STATUSES = ['success', 'error', 'timeout', 'cancelled'] as const;

/** How an execution ended. */
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

export const EXECUTION_KINDS = ['agent', 'tool', 'model'] as const;

/** What runs: an agent, a tool, or a call of a language model. */
export type ExecutionKind = (typeof EXECUTION_KINDS)[number];

/** The place in `EXECUTION_STATUSES`. Spelt out, because it is asked for with every call, and a look-up costs several times as much. */
export function statusIndex(status: ExecutionStatus): number {
  if (status === 'success') return 0;
  if (status === 'error') return 1;
  return status === 'timeout' ? 2 : 3;
}

export function isExecutionStatus(value: unknown): value is ExecutionStatus {
  return value === 'success' || value === 'error' || value === 'timeout' || value === 'cancelled';
}

/** What counts as failed: an error or a timeout, but not what was cancelled. */
export function isFailure(status: ExecutionStatus): boolean {
  return status === 'error' || status === 'timeout';
}
