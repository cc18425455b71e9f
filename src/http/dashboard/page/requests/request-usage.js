/** @import { Step } from './request-tree.js' */

/**
 * The sum of a request's model calls, as far as it is known while the request runs. A finished agent knows all its own
 * calls, including those that are not kept.
 *
 * @param {Step} root
 */
export function usageOf(root) {
  const sum = { calls: 0, unpricedCalls: 0, tokens: 0, costUsd: 0, retries: 0 };
  /** @param {Step} step @param {boolean} isCounted whether the agent around it has reported its calls */
  const add = ({ kind, execution, children }, isCounted) => {
    const isOver = 'status' in execution;
    const usage = isOver && (kind === 'agent' || !isCounted) ? execution.token_usage : null;
    if (usage !== null) {
      sum.calls += usage.calls;
      sum.unpricedCalls += usage.unpriced_calls;
      sum.tokens += usage.total_tokens;
      sum.costUsd += usage.cost_usd;
    }
    if (isOver) sum.retries += execution.retries;
    for (const child of children) add(child, kind === 'agent' ? isOver : isCounted);
  };
  add(root, false);
  return sum;
}
