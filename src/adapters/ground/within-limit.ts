import type { ExecutionHandle, ExecutionTimeoutError } from '../../index';
import { mayBegin, mayExpire } from '../../tracking/adapting/adapted-execution';

/**
 * The call as the SDK waits for it: it rejects where a limit does not let it begin, and at the limit of its execution. Nothing
 * else that aborts the signal ends it, since only limits are meant to.
 *
 * @param handle of the call, begun
 * @param make makes it; not called where it must not begin
 */
export async function withinLimit<Result>(handle: ExecutionHandle, make: () => PromiseLike<Result>): Promise<Result> {
  const admission = mayBegin(handle);
  if (admission !== undefined) await admission;
  const call = handle.run(make);
  return mayExpire(handle) ? beforeLimit(handle, call) : call;
}

/** Only for calls that have a limit: the signal costs more than the rest of a call. */
async function beforeLimit<Result>(handle: ExecutionHandle, call: PromiseLike<Result>): Promise<Result> {
  const { signal } = handle;
  let stop = (): void => {};
  const limit = new Promise<never>((_, reject) => {
    const onAbort = (): void => {
      if (isOwnLimit(handle, signal.reason)) reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort);
    stop = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([call, limit]);
  } finally {
    stop();
  }
}

/**
 * An agent's limit aborts the signals of its tools too, and leaves it to them what to do. Not asked for its class: the error may be
 * one of another copy of this package.
 */
function isOwnLimit({ kind, name }: ExecutionHandle, reason: unknown): boolean {
  const limit = reason as Partial<ExecutionTimeoutError> | null | undefined;
  return limit?.name === 'TimeoutError' && limit.kind === kind && limit.executionName === name;
}
