import type { ModelUsage } from '../../index';
import type { AnswerNews, AnswerReader } from '../ground/stainless-answer';

type Count = number | null | undefined;

interface MessageUsage {
  readonly input_tokens?: Count;
  readonly cache_read_input_tokens?: Count;
  readonly cache_creation_input_tokens?: Count;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: Count } | null;
  readonly output_tokens?: Count;
  readonly output_tokens_details?: { readonly thinking_tokens?: Count } | null;
}

interface Message {
  readonly model?: string;
  readonly usage?: MessageUsage | null;
}

interface MessageEvent extends Message {
  readonly type?: string;
  readonly message?: Message;
  readonly delta?: { readonly stop_reason?: string | null };
}

/** Reads a message, or the events of a streamed one, whose counts are of everything so far: the last of each is right. */
export function messageReader(): AnswerReader {
  let known: MessageUsage = {};
  return ({ type, message, delta, ...event }: MessageEvent): AnswerNews => {
    const { model, usage } = message ?? event;
    if (usage) known = { ...known, ...reported(usage) };
    return {
      model,
      usage: usage ? usageOf(known) : undefined,
      isToken: type === 'content_block_delta',
      isLast: type === 'message_stop' || Boolean(delta?.stop_reason),
    };
  };
}

/** What does not change is null in later events. */
function reported(usage: MessageUsage): MessageUsage {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== null && count !== undefined));
}

/** Anthropic reports cached and written tokens beside the others. */
function usageOf(usage: MessageUsage): ModelUsage {
  const { cache_read_input_tokens: cached, cache_creation_input_tokens: written } = usage;
  return {
    inputTokens: (usage.input_tokens ?? 0) + (cached ?? 0) + (written ?? 0),
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    cacheWrite1hTokens: usage.cache_creation?.ephemeral_1h_input_tokens,
    outputTokens: usage.output_tokens,
    reasoningTokens: usage.output_tokens_details?.thinking_tokens,
  };
}
