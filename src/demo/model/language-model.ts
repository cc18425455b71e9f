import type { Section } from '../docs/section';

/** What the crew needs of a language model; which one answers is decided at start. */
export abstract class LanguageModel {
  abstract readonly name: string;
  abstract readonly provider: string;

  /** Up to three searches that would find what answers `question`, the most promising first. */
  abstract suggestQueries(question: string, signal?: AbortSignal): Promise<ModelReply<string[]>>;

  /** An answer from `passages` alone, which names them by their numbers, from `[1]` on. */
  abstract composeAnswer(
    question: string,
    passages: readonly Section[],
    signal?: AbortSignal,
  ): Promise<ModelReply<string>>;
}

export interface ModelReply<T> {
  readonly value: T;
  readonly usage: ModelUsage;
}

export interface ModelUsage {
  readonly calls: number;
  /** Includes those that the server had cached. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** Includes those of its reasoning. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export const NO_USAGE: ModelUsage = {
  calls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export function addUsage(a: ModelUsage, b: ModelUsage): ModelUsage {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}
