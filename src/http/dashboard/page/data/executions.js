/** @import { Execution, RunningExecution } from './documents' */

/** The name of an execution. @param {Execution | RunningExecution} execution */
export function nameOf({ kind, agent_id, tool_name, model }) {
  return (kind === 'agent' ? agent_id : kind === 'tool' ? tool_name : model) ?? '';
}

/** @param {Execution} execution */
export function isFailure({ status }) {
  return status === 'error' || status === 'timeout';
}

/** How long it took, or has been running. @param {Execution | RunningExecution} execution */
export function secondsOf(execution) {
  return 'status' in execution ? execution.duration_seconds : execution.age_seconds;
}

/** @param {number} part @param {number} whole */
export function shareOf(part, whole) {
  return whole === 0 ? 0 : part / whole;
}
