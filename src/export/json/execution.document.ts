import type { Execution, RunningExecution } from '../../collection/executions/execution';
import type { TextBuffer } from '../text/text-buffer';
import { documentOf } from './json-document';
import { listSteps } from './json-slices';

/** The JSON of the history, or of what is in progress. */
export function* executionsSteps(out: TextBuffer, executions: Iterable<Execution | RunningExecution>): Generator<void> {
  out.write('{"executions":');
  yield* listSteps(out, executions, documentOf);
  out.write('}');
}
