import type { Execution, RunningExecution } from '../../collection/executions/execution';
import type { TextBuffer } from '../text/text-buffer';
import { memberName } from '../../collection/reading/execution.reader';
import { documentOf } from './json-document';
import { listSteps } from './json-slices';

/** The JSON of the history, or of what is in progress. */
export function* executionsSteps(out: TextBuffer, executions: Iterable<Execution | RunningExecution>): Generator<void> {
  out.write('{"executions":');
  yield* listSteps(out, executions, executionDocument);
  out.write('}');
}

/** As users read it, but with the value of its breakdown under its name alone, as the application has named it. */
export function executionDocument({ breakdown, ...execution }: Execution | RunningExecution): object {
  if (breakdown === undefined) return documentOf(execution);
  const { [memberName(breakdown.by)]: value = null, ...members } = execution as Readonly<Record<string, unknown>>;
  return { ...documentOf(members), [breakdown.by]: value };
}
