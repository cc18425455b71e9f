import { startExecution, type ExecutionEnd, type ExecutionHandle, type ModelName } from '../../index';
import { usageOf, type OpenAIUsage } from '../ground/openai-usage';
import { providerLabel } from '../ground/provider-label';
import type { AgentsSpan } from './agents-span';
import type { Place } from './open-spans';
import { errorOf } from './span-error';

/** Of a model whose name the SDK keeps for itself, with `traceIncludeSensitiveData: false` for example. */
const UNKNOWN_MODEL = 'unknown';

/** What a span has of a call of a model: all of it only at its end, and with sensitive data in the trace. */
interface ModelSpanData {
  readonly type: string;
  /** Of the Chat Completions API, and of models of the user's own. */
  readonly model?: string;
  readonly model_config?: { readonly provider?: unknown; readonly model_impl?: unknown };
  readonly input?: unknown;
  readonly output?: readonly Answer[];
  readonly usage?: OpenAIUsage;
  /** Of the Responses API. */
  readonly _input?: unknown;
  readonly _response?: Answer;
}

interface Answer {
  readonly model?: string;
  readonly usage?: OpenAIUsage | null;
}

/** The types of spans that are a call of a model. */
export const MODEL_SPANS: ReadonlySet<string> = new Set(['generation', 'response']);

/** Counts the call of a model when its span has ended. */
export function recordModelSpan(span: AgentsSpan, place: Place, endTime: Date | undefined): ExecutionHandle {
  const call = startExecution({ kind: 'model', ...modelOf(span), ...place });
  const data = dataOf(span);
  const usage = usageOf(answerOf(data)?.usage ?? data.usage);
  if (usage !== undefined) call.usage(usage);
  call.end({ ...modelEndOf(span), endTime });
  return call;
}

const dataOf = ({ spanData }: AgentsSpan) => spanData as ModelSpanData;

const answerOf = ({ _response, output }: ModelSpanData): Answer | undefined => _response ?? output?.[0];

/**
 * The name that was asked for, where the span has it; else the one that answered. Of a model of the AI SDK the span says
 * `anthropic.messages:claude-x`; in other names, such as Ollama's `llama3.2:3b`, a colon says nothing of a provider.
 */
function modelOf(span: AgentsSpan): ModelName {
  const data = dataOf(span);
  const name = data.model ?? answerOf(data)?.model ?? UNKNOWN_MODEL;
  const { provider, model_impl } = data.model_config ?? {};
  if (model_impl !== 'ai-sdk' || typeof provider !== 'string' || !name.startsWith(`${provider}:`))
    return { name, provider: 'openai' };
  return { name: name.slice(provider.length + 1), provider: providerLabel(provider) };
}

/** A stream that was left has no answer, and its span no error. Where the SDK keeps answers for itself, nothing tells. */
function modelEndOf(span: AgentsSpan): ExecutionEnd {
  const data = dataOf(span);
  const hasData = data.input !== undefined || data._input !== undefined;
  const error = errorOf(span);
  return error === undefined && hasData && answerOf(data) === undefined ? { status: 'cancelled' } : { error };
}
