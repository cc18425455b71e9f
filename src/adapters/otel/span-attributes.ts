import type { ExecutionKind, ModelUsage } from '../../index';
import { providerLabel } from '../ground/provider-label';
import type { Attributes, EndedSpan, StartedSpan } from './span';

/** The attributes that have names, the best first. */
const NAMES: Readonly<Record<ExecutionKind, readonly string[]>> = {
  agent: ['gen_ai.agent.name', 'ai.telemetry.functionId', 'agent.name', 'traceloop.entity.name', 'gen_ai.agent.id'],
  tool: ['gen_ai.tool.name', 'ai.toolCall.name', 'tool.name', 'traceloop.entity.name'],
  // The name that was asked for; the one that answered has a date in it.
  model: ['gen_ai.request.model', 'llm.model_name', 'embedding.model_name', 'ai.model.id', 'gen_ai.response.model'],
};

const PROVIDERS = ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'];

/** Each spelling of each count, the conventions' own first. */
const COUNTS = {
  inputTokens: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
  ],
  outputTokens: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.completionTokens',
  ],
  cachedInputTokens: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
  ],
  cacheWriteTokens: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
  ],
  reasoningTokens: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
  ],
  costUsd: ['gen_ai.usage.cost', 'llm.cost.total'],
} as const satisfies Partial<Record<keyof ModelUsage, readonly string[]>>;

/** Times to the first chunk, and how many of the unit make a millisecond. */
const FIRST_CHUNKS = [
  { attribute: 'gen_ai.response.time_to_first_chunk', perMs: 1e-3 },
  { attribute: 'gen_ai.client.operation.time_to_first_chunk', perMs: 1e-3 },
  { attribute: 'ai.response.msToFirstChunk', perMs: 1 },
];

const HTTP_STATUSES = ['http.response.status_code', 'http.status_code'];

/** Of errors that say it by their type alone. Without it, this one would be what BullMQ throws to put a job off. */
const STATUS_OF_TYPE: Readonly<Record<string, number>> = { RateLimitError: 429 };

function textAt(attributes: Attributes, names: readonly string[]): string | undefined {
  return names
    .map((name) => attributes[name])
    .find((value): value is string => typeof value === 'string' && value !== '');
}

function numberAt(attributes: Attributes, names: readonly string[]): number | undefined {
  return names.map((name) => attributes[name]).find((value): value is number => typeof value === 'number');
}

/** What a span is called: by its attributes, else by its own name without the operation. */
export function nameOfSpan({ name, attributes }: StartedSpan, kind: ExecutionKind): string {
  return textAt(attributes, NAMES[kind]) ?? name.replace(/^(?:invoke_agent|execute_tool|chat|embeddings) (?=.)/, '');
}

/** OpenLLMetry writes `OpenAI` where the conventions say `openai`. */
export function providerOf(attributes: Attributes): string | undefined {
  const provider = textAt(attributes, PROVIDERS);
  return provider && providerLabel(provider).toLowerCase();
}

/**
 * The tokens of a model's span. The conventions count what was cached in the input; some instrumentations of Anthropic count
 * it beside the input, which shows where it is more than that.
 */
export function usageOf(attributes: Attributes): ModelUsage {
  const counts = Object.entries(COUNTS).map(([count, names]) => [count, numberAt(attributes, names)] as const);
  const usage: Record<string, number | undefined> = Object.fromEntries(counts);
  const cached = (usage['cachedInputTokens'] ?? 0) + (usage['cacheWriteTokens'] ?? 0);
  const { inputTokens } = usage;
  return inputTokens !== undefined && cached > inputTokens ? { ...usage, inputTokens: inputTokens + cached } : usage;
}

/** In milliseconds. */
export function timeToFirstChunkMs(attributes: Attributes): number | undefined {
  for (const { attribute, perMs } of FIRST_CHUNKS) {
    const value = numberAt(attributes, [attribute]);
    if (value !== undefined) return value / perMs;
  }
  return undefined;
}

/** What failed, as far as a span tells: the type of its error, and the HTTP status. Undefined of one that did not. */
export function errorOfSpan({ attributes, events, status }: EndedSpan): Error | undefined {
  if (status.code !== 2) return undefined;
  const exception = events.find(({ name }) => name === 'exception')?.attributes ?? {};
  const type = textAt(attributes, ['error.type']);
  const isHttpStatus = type !== undefined && /^[1-5]\d\d$/.test(type);
  const name = (isHttpStatus ? undefined : type) ?? textAt(exception, ['exception.type']) ?? 'Error';
  const httpStatus = isHttpStatus ? Number(type) : (numberAt(attributes, HTTP_STATUSES) ?? STATUS_OF_TYPE[name]);
  return Object.assign(new Error('A span ended with an error.'), { name, status: httpStatus });
}
