/** An abort of which nothing more is known. */
class AbortError extends Error {
  override readonly name = 'AbortError';
}

/** What LangGraph, ChatOpenAI and the core of LangChain say of an abort, whatever its reason. */
const ABORTED = new Set(['Abort', 'AbortError', 'Aborted']);

/** What a run counts with that was aborted for this. Whatever else a caller aborts with is no error of the run. */
const REASONS = new Set<unknown>(['AbortError', 'TimeoutError']);

/**
 * Why a run has failed. Of an abort, LangChain hands out bare errors, `Error('Abort')` for one, that say neither that it was one
 * nor whether it was a timeout: the signal says so, or the error of the run inside, which has ended before.
 *
 * @param innerError of the run inside
 */
export function failureOf(error: unknown, signal: AbortSignal | undefined, innerError: unknown): unknown {
  const isReason = signal?.aborted === true && error === signal.reason;
  if (!isReason && !isAbort(error)) return error;
  const reason: unknown = signal?.aborted ? signal.reason : innerError;
  return REASONS.has((reason as { readonly name?: unknown } | null | undefined)?.name) ? reason : new AbortError();
}

function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'ModelAbortError' || (error.name === 'Error' && ABORTED.has(error.message));
}
