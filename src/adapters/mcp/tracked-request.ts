import { type ExecutionHandle, startExecution } from '../../index';
import { abandon, hasFailedInside, isAnyCounting } from '../../tracking/adapting/adapted-execution';
import { guarded } from '../../tracking/adapting/guarded';
import { withinLimit } from '../ground/within-limit';
import type { ListedNames } from './listed-names';
import { signalOf, type RequestHandler } from './mcp-server-like';
import { McpToolError } from './mcp-tool.error';
import type { TrackedMethod } from './tracked-methods';

/** The handler of a method, each call of which is counted as a tool. */
export function trackedHandler(method: TrackedMethod, names: ListedNames, handler: RequestHandler): RequestHandler {
  return async (request, context) => {
    // The server must not be asked for names that are not needed.
    const label = guarded('mcp', () => (isAnyCounting() ? names.labelOf(method, request, context) : undefined));
    const name = typeof label === 'object' ? await label : label;
    const call =
      name === undefined
        ? undefined
        : guarded('mcp', () => startExecution({ kind: 'tool', name, input: method.input(request.params ?? {}) }));
    return call === undefined
      ? handler(request, context)
      : answer(call, signalOf(context), () => handler(request, context));
  };
}

async function answer(
  call: ExecutionHandle,
  signal: AbortSignal | undefined,
  respond: () => unknown,
): Promise<unknown> {
  const onAbort = (): void => abandon(call, signal?.reason);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    const result = await withinLimit(call, async () => respond());
    guarded('mcp', () => end(call, signal, result));
    return result;
  } catch (error) {
    call.end(signal?.aborted ? { status: 'cancelled', error } : { error });
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Both SDKs make a result with `isError` of whatever a tool throws; only what is tracked inside has seen the error. */
function end(call: ExecutionHandle, signal: AbortSignal | undefined, result: unknown): void {
  if (signal?.aborted) return call.end('cancelled');
  call.returned(result);
  if (isError(result) && !hasFailedInside(call)) call.fail(new McpToolError());
  call.end();
}

function isError(result: unknown): boolean {
  return (result as { readonly isError?: unknown } | null | undefined)?.isError === true;
}
