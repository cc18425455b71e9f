import type { ExecutionMetrics, ExecutionStatus } from '../index';

/** How often something ran, and how it ended. */
export type ExecutionCounts = Pick<
  ExecutionMetrics,
  'executionCount' | 'successCount' | 'errorCount' | 'timeoutCount' | 'cancelledCount' | 'inProgress'
>;

const STATUS_COUNTS: Readonly<Record<ExecutionStatus, keyof ExecutionCounts>> = {
  success: 'successCount',
  error: 'errorCount',
  timeout: 'timeoutCount',
  cancelled: 'cancelledCount',
};

export const STATUSES = Object.keys(STATUS_COUNTS) as readonly ExecutionStatus[];

/** Of one status, or of all. */
export function countOf(counts: ExecutionCounts | undefined, status: ExecutionStatus | undefined): number {
  return counts?.[status === undefined ? 'executionCount' : STATUS_COUNTS[status]] ?? 0;
}

export function timesText(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}

/** `3 times (1 success, 2 error)` */
export function countsText(counts: ExecutionCounts): string {
  const ended = STATUSES.filter((status) => countOf(counts, status) > 0);
  return `${timesText(counts.executionCount)} (${ended.map((status) => `${countOf(counts, status)} ${status}`).join(', ')})`;
}

/** A message is to be read at a glance, whatever names a model has invented. */
const LISTED = 10;

/** `"search" once (1 success), "fetch" 2 times (2 error)`: those that have run, undefined where none has. */
export function countsList(all: Iterable<readonly [name: string, counts: ExecutionCounts]>): string | undefined {
  const ran = [...all].filter(([, { executionCount }]) => executionCount > 0);
  if (ran.length === 0) return undefined;
  const listed = ran.slice(0, LISTED).map(([name, counts]) => `${JSON.stringify(name)} ${countsText(counts)}`);
  if (ran.length > LISTED) listed.push(`and ${ran.length - LISTED} more`);
  return listed.join(', ');
}
