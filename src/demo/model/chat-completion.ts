import type { ModelReply } from './language-model';

/** As much of a chat completion as the crew reads; whatever server sent it, so nothing in it is certain. */
interface ChatCompletion {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[];
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown };
}

const MAX_ERROR_LENGTH = 300;

/** The message in a chat completion and the tokens that it took, or undefined where there is no message. */
export function readChatCompletion(json: string): ModelReply<string> | undefined {
  const { choices, usage } = parseObject(json) as ChatCompletion;
  const content = choices?.[0]?.message?.content;
  if (typeof content !== 'string') return undefined;
  const [inputTokens, outputTokens] = [tokenCount(usage?.prompt_tokens), tokenCount(usage?.completion_tokens)];
  return { value: content.trim(), usage: { calls: 1, inputTokens, outputTokens } };
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
  return typeof value === 'number' && value >= 0 ? value : 0;
}
