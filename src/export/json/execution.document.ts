import type { Execution, RunningExecution } from '../../collection/executions/execution';
import { documentOf } from './json-document';

/** A finished execution in the JSON of the history. */
export function executionDocument(execution: Execution) {
  return documentOf(execution);
}

/** An execution in progress in JSON. */
export function runningDocument(execution: RunningExecution) {
  return documentOf(execution);
}
