import type { CallUsage } from '../models/call-usage';

/**
 * What a budget counts. Amounts are held against each other in whole units, so that ten times 0.1 dollars are one dollar;
 * only what is spent is added up in fractions of them, which a price may well be.
 */
export interface BudgetMeasure {
  /** The member of `Budget` that limits it. */
  readonly name: 'costUsd' | 'tokens';
  /** Units in one dollar or token. */
  readonly unitsPerOne: number;
  /** Units in one of the integers that a store is given. */
  readonly unitsPerStored: number;
  /** Dollars or tokens of a call; undefined if unknown. */
  readonly of: (usage: CallUsage) => number | undefined;
}

/** In billionths of a dollar: a millionth of the price of a million tokens has three digits after that of a dollar's. */
const COST: BudgetMeasure = {
  name: 'costUsd',
  unitsPerOne: 1e9,
  unitsPerStored: 1_000,
  of: ({ costUsd }) => costUsd,
};

const TOKENS: BudgetMeasure = {
  name: 'tokens',
  unitsPerOne: 1,
  unitsPerStored: 1,
  of: ({ tokens }) => tokens.inputTokens + tokens.outputTokens,
};

export const BUDGET_MEASURES: readonly BudgetMeasure[] = [COST, TOKENS];
