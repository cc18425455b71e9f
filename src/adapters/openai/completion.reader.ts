import { errorOf, type AnswerReader, type DescribedFailure } from '../ground/stainless-answer';
import { usageOf, type OpenAIUsage } from '../ground/openai-usage';

/** A part of what the model says. Servers that speak OpenAI's language have added some. */
const DELTA_PARTS = ['content', 'reasoning_content', 'reasoning', 'refusal', 'tool_calls', 'function_call', 'audio'];

interface Choice {
  readonly index?: number;
  readonly finish_reason?: string | null;
  readonly delta?: Readonly<Record<string, unknown>> | null;
  /** Of completions that are no chat. */
  readonly text?: string;
}

/** A completion, a chunk of a streamed one, or a list of embeddings. */
interface Completion {
  readonly model?: string;
  readonly usage?: OpenAIUsage | null;
  readonly choices?: readonly Choice[];
  /** OpenAI fails the request instead; gateways do not. */
  readonly error?: DescribedFailure | null;
}

/** Reads completions, with and without chat, and embeddings. */
export function completionReader({ n }: { readonly n?: unknown }): AnswerReader {
  const expected = typeof n === 'number' ? n : 1;
  const finished = new Set<number | undefined>();
  return ({ model, usage, choices = [], error }: Completion) => {
    for (const { index, finish_reason } of choices) if (finish_reason) finished.add(index);
    return {
      model,
      usage: usageOf(usage),
      isToken: choices.some(isToken),
      isLast: finished.size >= expected,
      error: error ? errorOf(error) : undefined,
    };
  };
}

function isToken({ delta, text }: Choice): boolean {
  return Boolean(text) || DELTA_PARTS.some((part) => Boolean(delta?.[part]));
}
