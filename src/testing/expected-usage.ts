import type { MetricsCollector, TokenUsage } from '../index';

/** How many tokens a test allows. */
export interface ExpectedTokens {
  /** Input and output of its own model calls, at most; 0 means none. */
  readonly max: number;
}

/** What a test allows to be paid. */
export interface ExpectedCost {
  /** US dollars for its own model calls, at most. */
  readonly maxUsd: number;
}

/** @throws RangeError where `max` is no number of tokens */
export function isWithinTokens({ max }: ExpectedTokens, usage: TokenUsage | undefined): boolean {
  if (!(Number.isInteger(max) && max >= 0)) throw new RangeError(`max is ${max}; it must be a whole number from 0.`);
  const used = usage?.totalTokens ?? 0;
  // No tokens at all are no success: an untracked model would be within any limit.
  return used <= max && (used > 0 || max === 0);
}

/** What floating point may add to a sum of costs, as a share of it. */
const ROUNDING = 1e-9;

/** @throws RangeError where `maxUsd` is no amount of money */
export function isWithinCost({ maxUsd }: ExpectedCost, usage: TokenUsage | undefined): boolean {
  if (!(Number.isFinite(maxUsd) && maxUsd >= 0))
    throw new RangeError(`maxUsd is ${maxUsd}; it must be a number from 0.`);
  const { totalTokens = 0, costUsd = 0, unpricedCalls = 0 } = usage ?? {};
  const isKnown = unpricedCalls === 0 && (totalTokens > 0 || costUsd > 0 || maxUsd === 0);
  return isKnown && costUsd <= maxUsd * (1 + ROUNDING);
}

/** `used at most 500 tokens` */
export function tokensExpected({ max }: ExpectedTokens): string {
  return max === 0 ? 'used no tokens' : `used at most ${max} ${max === 1 ? 'token' : 'tokens'}`;
}

export function tokensSeen({ calls, totalTokens, inputTokens, outputTokens }: TokenUsage): string {
  if (totalTokens === 0) return nothingSeen(calls);
  return `It used ${totalTokens} tokens (${inputTokens} input, ${outputTokens} output) in ${callsText(calls)}.`;
}

/** `cost at most 0.05 US dollars` */
export function costExpected({ maxUsd }: ExpectedCost): string {
  return maxUsd === 0 ? 'cost nothing' : `cost at most ${dollars(maxUsd)}`;
}

export function costSeen(usage: TokenUsage, collector: MetricsCollector): string[] {
  const { calls, totalTokens, costUsd, unpricedCalls } = usage;
  if (totalTokens === 0 && costUsd === 0 && unpricedCalls === 0) return [nothingSeen(calls)];
  const cost = `It cost ${dollars(costUsd)} in ${callsText(calls)}`;
  if (unpricedCalls === 0) return [`${cost}.`];
  const models = [...collector.getModels().values()].filter(({ tokenUsage }) => tokenUsage.unpricedCalls > 0);
  const names = models.slice(0, LISTED).map(({ model }) => JSON.stringify(model));
  return [`${cost}, ${unpricedCalls} of them without a price.`, `Models without a price: ${names.join(', ')}.`];
}

function nothingSeen(calls: number): string {
  return calls === 0 ? 'It made no model call that was counted.' : `It reported no tokens in ${callsText(calls)}.`;
}

/** A message is to be read at a glance, whatever names were recorded. */
const LISTED = 10;

function callsText(calls: number): string {
  return calls === 1 ? '1 model call' : `${calls} model calls`;
}

/** Without what floating point adds. */
function dollars(amount: number): string {
  return `${Number(amount.toPrecision(12))} US dollars`;
}
