import type { ExecutionStatus } from '../index';
import { countOf, STATUSES, timesText, type ExecutionCounts } from './execution-counts';

/** Which executions a test expects. */
export interface ExpectedExecutions {
  /** Exactly so many; 0 means none. @default at least one */
  readonly times?: number;
  /** Only executions that ended so. @default any */
  readonly status?: ExecutionStatus;
}

/** @throws RangeError where `times` or `status` is none: such an expectation would say nothing */
export function isMet({ times, status }: ExpectedExecutions, counts: ExecutionCounts | undefined): boolean {
  if (times !== undefined && !(Number.isInteger(times) && times >= 0)) {
    throw new RangeError(`times is ${times}; it must be a whole number from 0.`);
  }
  if (status !== undefined && !STATUSES.includes(status)) {
    throw new RangeError(`status is ${JSON.stringify(status)}; it must be one of ${STATUSES.join(', ')}.`);
  }
  const count = countOf(counts, status);
  return times === undefined ? count > 0 : count === times;
}

/** `Expected the agent "writer" to have run 2 times with status "error".` */
export function expectationText(subject: string, verb: string, { times, status }: ExpectedExecutions): string {
  const not = times === 0 ? 'not ' : '';
  const often = times === undefined || times === 0 ? '' : ` ${timesText(times)}`;
  const ending = status === undefined ? '' : ` with status "${status}"`;
  return `Expected ${subject} ${not}to have ${verb}${often}${ending}.`;
}
