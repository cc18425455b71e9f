import type { ModelUsage } from '../../index';

type Count = number | null | undefined;

interface InputDetails {
  readonly cached_tokens?: Count;
  readonly cache_write_tokens?: Count;
}

interface OutputDetails {
  readonly reasoning_tokens?: Count;
}

/** As OpenAI's clients and the spans of its Agents have it. Responses say input and output, everything else says prompt and completion. */
export interface OpenAIUsage {
  readonly prompt_tokens?: Count;
  readonly prompt_tokens_details?: InputDetails | null;
  readonly completion_tokens?: Count;
  readonly completion_tokens_details?: OutputDetails | null;
  readonly input_tokens?: Count;
  readonly input_tokens_details?: InputDetails | null;
  readonly output_tokens?: Count;
  readonly output_tokens_details?: OutputDetails | null;
}

/** The events of a stream have none before its end. */
export function usageOf(usage: OpenAIUsage | null | undefined): ModelUsage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const input = usage.input_tokens_details ?? usage.prompt_tokens_details;
  const output = usage.output_tokens_details ?? usage.completion_tokens_details;
  return {
    inputTokens: usage.input_tokens ?? usage.prompt_tokens,
    cachedInputTokens: input?.cached_tokens,
    cacheWriteTokens: input?.cache_write_tokens,
    outputTokens: usage.output_tokens ?? usage.completion_tokens,
    reasoningTokens: output?.reasoning_tokens,
  };
}
