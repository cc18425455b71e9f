import type { BudgetState } from './budget';
import { spentRatio } from './budget-accounts';

/**
 * The budgets of several processes as one. Where a store tells them what all have spent, they say the same, and the last that
 * was told counts; without one each process may spend the limit, and has spent its own.
 */
export function mergeBudgets(states: readonly BudgetState[], areShared: boolean): BudgetState[] {
  const merged = new Map<string, BudgetState>();
  for (const state of states) {
    const key = JSON.stringify([state.name, state.by, state.subject, state.window]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? state : areShared ? laterOf(known, state) : sumOf(known, state));
  }
  return [...merged.values()];
}

/** Of the same window the one that has heard of more. */
function laterOf(one: BudgetState, other: BudgetState): BudgetState {
  const laterBy = other.resetsAt.getTime() - one.resetsAt.getTime();
  if (laterBy !== 0) return laterBy > 0 ? other : one;
  return (other.spentUsd ?? other.spentTokens ?? 0) > (one.spentUsd ?? one.spentTokens ?? 0) ? other : one;
}

function sumOf(one: BudgetState, other: BudgetState): BudgetState {
  const sum = {
    ...one,
    spentUsd: add(one.spentUsd, other.spentUsd),
    limitUsd: add(one.limitUsd, other.limitUsd),
    spentTokens: add(one.spentTokens, other.spentTokens),
    limitTokens: add(one.limitTokens, other.limitTokens),
  };
  const ratios = [ratio(sum.spentUsd, sum.limitUsd), ratio(sum.spentTokens, sum.limitTokens)];
  const known = ratios.filter((given) => given !== undefined);
  return { ...sum, spentRatio: known.length === 0 ? undefined : Math.max(...known) };
}

/** Undefined where either has none. */
function add(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

function ratio(spent: number | undefined, limit: number | undefined): number | undefined {
  return spent === undefined || limit === undefined ? undefined : spentRatio({ spent, limit });
}
