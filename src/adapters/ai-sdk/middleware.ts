import { guarded } from '../../tracking/adapting/guarded';
import { endOf, ModelCall, type ModelIdentity } from './model-call';
import type { StreamEnding } from './model-stream';
import { objectCallOf } from './object-calls';

/** What a middleware is given to make a call, of any specification. */
interface WrappedCall {
  readonly model: ModelIdentity;
  readonly params: { readonly prompt?: unknown; readonly abortSignal?: AbortSignal };
}

/** Fits the middleware of `wrapLanguageModel` in AI SDK 5, 6 and 7. */
export interface AgentMetricsMiddleware<Specification extends string = 'v3'> {
  /** That of the models in the AI SDK which is installed; the SDK does not read it. */
  readonly specificationVersion: Specification;
  /** Makes a call, and hands on its answer. */
  wrapGenerate<Result>(call: WrappedCall & { readonly doGenerate: () => PromiseLike<Result> }): Promise<Result>;
  /** Makes a call, and hands on a stream that is watched. */
  wrapStream<Result>(call: WrappedCall & { readonly doStream: () => PromiseLike<Result> }): Promise<Result>;
}

/**
 * Counts the calls of a language model in AI SDK 5 and 6: tokens, first tokens, errors. Each attempt of the SDK is a
 * call of its own, since a middleware cannot recognise a retry. The agent is the running one.
 *
 * @example
 * const model = wrapLanguageModel({ model: openai('gpt-4o'), middleware: agentMetricsMiddleware() });
 */
export function agentMetricsMiddleware<Specification extends string = 'v3'>(): AgentMetricsMiddleware<Specification> {
  return {
    specificationVersion: 'v3' as Specification,
    wrapGenerate: (call) => runCall(call, call.doGenerate),
    wrapStream: (call) => runCall(call, call.doStream),
  };
}

async function runCall<Result>({ model, params }: WrappedCall, execute: () => PromiseLike<Result>): Promise<Result> {
  const call = guarded(
    'ai-sdk middleware',
    () =>
      new ModelCall(model, objectCallOf(params?.prompt), ({ handle }, ending) =>
        handle.end(endOf(byCaller(ending, params?.abortSignal))),
      ),
  );
  return call === undefined ? execute() : call.attempt(execute);
}

/** Whatever a caller aborts with is what the model fails with, and no error of its own. */
function byCaller(ending: StreamEnding, signal: AbortSignal | undefined): StreamEnding {
  const isReason = ending.how === 'failed' && signal?.aborted === true && ending.error === signal.reason;
  return isReason ? { how: 'left', reason: ending.error } : ending;
}
