import type { ExecutionEnd } from '../../index';

/**
 * How a run ended that failed with an error. LangGraph tells a graph of every abort and timeout by an `Error('Abort')`: the
 * error of the run inside it says which of the two it was. A graph that was aborted between its steps has none.
 */
export function endOf(error: unknown, innerError: unknown): ExecutionEnd {
  if (!isGraphAbort(error)) return { error };
  return innerError === undefined ? { status: 'cancelled' } : { error: innerError };
}

function isGraphAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'Error' && error.message === 'Abort';
}
