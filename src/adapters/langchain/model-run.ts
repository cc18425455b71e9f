import type { ModelName, ModelUsage } from '../../index';
import { providerLabel } from '../ground/provider-label';
import { nameOf, textOf, type SerializedComponent } from './run-parts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The model that was asked for, and who serves it. A model that says neither has the name of its class.
 *
 * @param extra what the model was called with
 * @param metadata LangSmith's, which every model of LangChain fills in
 */
export function modelNameOf(
  llm: SerializedComponent,
  extra: Fields | undefined,
  metadata: Fields | undefined,
): ModelName {
  const called = extra?.['invocation_params'] as Fields | undefined;
  const name = textOf(metadata?.['ls_model_name']) ?? textOf(called?.['model']) ?? textOf(called?.['model_name']);
  const provider = textOf(metadata?.['ls_provider']);
  return { name: name ?? nameOf(llm) ?? 'unknown', provider: provider && providerLabel(provider) };
}

/** What aborts the call, where its caller has given it a signal. */
export function signalOf(extra: Fields | undefined): AbortSignal | undefined {
  const signal = (extra?.['options'] as Fields | undefined)?.['signal'];
  return signal instanceof AbortSignal ? signal : undefined;
}

/** What a model answered, in LangChain's own types. */
interface LLMResult {
  readonly generations?: readonly (readonly object[])[];
  readonly llmOutput?: object;
}

/** Of a chat model. */
interface ChatGeneration {
  readonly message?: { readonly usage_metadata?: UsageMetadata };
}

interface UsageMetadata {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly input_token_details?: { readonly cache_read?: number; readonly cache_creation?: number };
  readonly output_token_details?: { readonly reasoning?: number };
}

/** Of models that put nothing on their messages. */
interface LLMOutput {
  readonly tokenUsage?: { readonly promptTokens?: number; readonly completionTokens?: number };
}

/** Undefined where the model has reported no tokens. */
export function usageOf({ generations = [], llmOutput }: LLMResult): ModelUsage | undefined {
  const messages = generations.flat().map(({ message }: ChatGeneration) => message);
  const metadata = messages.flatMap((message) => message?.usage_metadata ?? []);
  // Several choices of one answer share its report.
  const reports = new Set(
    metadata.filter(({ input_tokens, output_tokens }) => (input_tokens ?? output_tokens) !== undefined),
  );
  if (reports.size > 0) return sumOf([...reports]);
  const { promptTokens, completionTokens } = (llmOutput as LLMOutput | undefined)?.tokenUsage ?? {};
  if (promptTokens === undefined && completionTokens === undefined) return undefined;
  return { inputTokens: promptTokens, outputTokens: completionTokens };
}

function sumOf(reports: readonly UsageMetadata[]): ModelUsage {
  const sum = (count: (report: UsageMetadata) => number | undefined) =>
    reports.reduce((total, report) => total + (count(report) ?? 0), 0);
  return {
    inputTokens: sum(({ input_tokens }) => input_tokens),
    cachedInputTokens: sum(({ input_token_details }) => input_token_details?.cache_read),
    cacheWriteTokens: sum(({ input_token_details }) => input_token_details?.cache_creation),
    outputTokens: sum(({ output_tokens }) => output_tokens),
    reasoningTokens: sum(({ output_token_details }) => output_token_details?.reasoning),
  };
}

/** What comes beside a token: a chunk, of which only that of a chat model has a message. */
interface NewTokenFields {
  readonly chunk?: object;
}

interface ChunkMessage {
  readonly content?: unknown;
  readonly tool_call_chunks?: readonly unknown[];
  readonly additional_kwargs?: { readonly reasoning_content?: unknown };
}

/** Providers send chunks before the first token that say who answers, and after the last that say what it took. */
export function carriesToken(token: unknown, fields: NewTokenFields | undefined): boolean {
  if (textOf(token) !== undefined) return true;
  const { content, tool_call_chunks, additional_kwargs } =
    (fields?.chunk as { message?: ChunkMessage } | undefined)?.message ?? {};
  return isFilled(content) || isFilled(tool_call_chunks) || textOf(additional_kwargs?.reasoning_content) !== undefined;
}

function isFilled(parts: unknown): boolean {
  return Array.isArray(parts) && parts.length > 0;
}

/** An event of a model's stream, for handlers that prefer events to tokens. */
interface ModelStreamEvent {
  readonly event?: string;
}

/** Whether it carries a part of the answer; the others frame it. */
export function isDelta({ event }: ModelStreamEvent): boolean {
  return event === 'content-block-delta';
}
