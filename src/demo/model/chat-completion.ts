import type { ModelReply, ModelUsage } from './language-model';

/** As much of a chat completion as the crew reads; whatever server sent it, so nothing in it is certain. */
interface ChatCompletion {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[];
  readonly usage?: {
    readonly prompt_tokens?: unknown;
    readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
    readonly completion_tokens?: unknown;
    readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
  } | null;
}

const MAX_ERROR_LENGTH = 300;

/** The message in a chat completion and the tokens that it took, or undefined where there is no message. */
export function readChatCompletion(json: string): ModelReply<string> | undefined {
  const { choices, usage } = parseObject(json) as ChatCompletion;
  const content = choices?.[0]?.message?.content;
  if (typeof content !== 'string') return undefined;
  return { value: content.trim(), usage: readUsage(usage) };
}

/** Local servers leave out the details, some of them all of it. */
function readUsage(usage: ChatCompletion['usage']): ModelUsage {
  return {
    calls: 1,
    inputTokens: tokenCount(usage?.prompt_tokens),
    cachedInputTokens: tokenCount(usage?.prompt_tokens_details?.cached_tokens),
    outputTokens: tokenCount(usage?.completion_tokens),
    reasoningTokens: tokenCount(usage?.completion_tokens_details?.reasoning_tokens),
  };
}

/** What the server says went wrong, where it says so as OpenAI does, on one line. */
export function readErrorMessage(json: string): string {
  const { error } = parseObject(json) as { readonly error?: { readonly message?: unknown } };
  if (typeof error?.message !== 'string') return 'no message';
  return error.message
    .slice(0, MAX_ERROR_LENGTH)
    .replace(/\s+/g, ' ')
    .replace(/[\s.]+$/, '');
}

function parseObject(json: string): object {
  try {
    return Object(JSON.parse(json)) as object;
  } catch {
    return {};
  }
}

function tokenCount(value: unknown): number {
  return Number.isSafeInteger(value) ? Math.max(0, value as number) : 0;
}
