import { nameOf } from './executions.js';
import { totalsOf, trendsOf } from './snapshot.js';

/** @import { Execution, RunningExecution } from './documents' */
/** @import { Snapshot } from './snapshot.js' */

const TIMES = 2;
/** A younger execution is never overdue, however fast the others were. */
const MIN_SECONDS = 2;

/** @typedef {{ seconds: number, of: 'p99' | 'longest' }} Usual the longest usual duration for a name, and the figure that it is from */

/**
 * The p99 of the window, or the longest ever if none has ended in the window.
 *
 * @param {Execution | RunningExecution} execution
 * @param {Snapshot} snapshot
 * @returns {Usual | undefined} undefined if none has been timed
 */
export function usualOf(execution, snapshot) {
  const name = nameOf(execution);
  const { kind } = execution;
  const p99 = trendsOf(snapshot, kind).get(name)?.p99_seconds;
  if (p99) return { seconds: p99, of: 'p99' };
  const longest = totalsOf(snapshot, kind).get(name)?.max_duration_seconds;
  return longest ? { seconds: longest, of: 'longest' } : undefined;
}

/**
 * The remark on an execution that has been running for more than twice as long as usual; undefined for all others.
 *
 * @param {Execution | RunningExecution} execution
 * @param {Snapshot} snapshot
 */
export function overdueText(execution, snapshot) {
  if ('status' in execution || execution.age_seconds <= MIN_SECONDS) return undefined;
  const usual = usualOf(execution, snapshot);
  return usual !== undefined && execution.age_seconds > usual.seconds * TIMES ? `over 2× ${usual.of}` : undefined;
}
