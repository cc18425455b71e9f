import { TokenTotals, type TokenUsage } from '../models/token-usage';
import type { CallScope } from '../series/call-scope';
import { number, type Fields } from './fields';

/** Model calls and their tokens: one series of calls, or several added up. */
interface CountedTokens {
  readonly count: number;
  readonly tokens: TokenTotals;
}

export const TOKEN_USAGE_FIELDS: Fields<CountedTokens, TokenUsage> = {
  calls: number(({ count }) => count),
  inputTokens: number(({ tokens }) => tokens.counts.inputTokens),
  cachedInputTokens: number(({ tokens }) => tokens.counts.cachedInputTokens),
  cacheWriteTokens: number(({ tokens }) => tokens.counts.cacheWriteTokens),
  outputTokens: number(({ tokens }) => tokens.counts.outputTokens),
  reasoningTokens: number(({ tokens }) => tokens.counts.reasoningTokens),
  totalTokens: number(({ tokens }) => tokens.counts.inputTokens + tokens.counts.outputTokens),
  costUsd: number(({ tokens }) => tokens.costUsd),
  unpricedCalls: number(({ tokens }) => tokens.unpricedCalls),
};

export function sumTokens(scopes: Iterable<CallScope>): CountedTokens {
  const tokens = new TokenTotals();
  let count = 0;
  for (const { models } of scopes) {
    for (const providers of models.values()) {
      for (const model of providers) {
        tokens.merge(model.tokens);
        count += model.count;
      }
    }
  }
  return { count, tokens };
}
