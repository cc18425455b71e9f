import { addTokens, completeTokens, type TokenCounts } from './token-usage';

/** Who says what a call cost: the caller, or the option `pricing`. */
export type CostSource = 'reported' | 'estimated';

/** The tokens of one model call, and what they cost. */
export interface CallUsage {
  readonly tokens: TokenCounts;
  /** US dollars; undefined where the model has no price. */
  readonly costUsd: number | undefined;
  /** Undefined where there is no cost. */
  readonly costSource: CostSource | undefined;
}

/** Of a call that was not made. */
export const NOTHING_USED: CallUsage = { tokens: completeTokens({}), costUsd: 0, costSource: 'estimated' };

/** Of two reports about one call. */
export function addUsage(usage: CallUsage, other: CallUsage): CallUsage {
  return {
    tokens: addTokens(usage.tokens, other.tokens),
    costUsd: usage.costUsd === undefined ? other.costUsd : usage.costUsd + (other.costUsd ?? 0),
    costSource: jointSource(usage.costSource, other.costSource),
  };
}

/** A sum is an estimate as soon as a part of it is. */
export function jointSource(source: CostSource | undefined, other: CostSource | undefined): CostSource | undefined {
  if (source === undefined || other === undefined) return source ?? other;
  return source === other ? source : 'estimated';
}
