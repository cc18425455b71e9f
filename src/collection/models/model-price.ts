import type { TokenCounts } from './token-usage';

/** Rates in US dollars per million tokens. */
export interface RateCard {
  /** For a million input tokens, in US dollars. */
  readonly inputPerMillion: number;
  /** For a million output tokens, reasoning among them, in US dollars. */
  readonly outputPerMillion: number;
  /** @default `inputPerMillion` of the same card */
  readonly cachedInputPerMillion?: number;
  /** @default `inputPerMillion` of the same card */
  readonly cacheWritePerMillion?: number;
  /** For cache writes that are kept for an hour. @default `cacheWritePerMillion` of the same card */
  readonly cacheWrite1hPerMillion?: number;
}

/** The rates of a call with a long input. A card is complete by itself: it takes no rate from another one. */
export interface PriceTier extends RateCard {
  /** The card applies to calls with more input tokens than this, cached and cache-written ones included. */
  readonly inputTokens: number;
}

/**
 * What a model costs, in US dollars per million tokens.
 *
 * @example
 * pricing: { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10, cachedInputPerMillion: 1.25 } }
 */
export interface ModelPrice extends RateCard {
  /** Cards for long inputs, in any order. The highest that a call exceeds applies to the whole call. @default none */
  readonly above?: readonly PriceTier[];
}

const TOKENS_PER_PRICE = 1e6;

/** US dollars for the tokens of one call. */
export function costAt(tokens: TokenCounts, price: ModelPrice): number {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, cacheWrite1hTokens, outputTokens } = tokens;
  const card = cardFor(inputTokens, price);
  const { inputPerMillion, outputPerMillion } = card;
  const { cachedInputPerMillion = inputPerMillion, cacheWritePerMillion = inputPerMillion } = card;
  const { cacheWrite1hPerMillion = cacheWritePerMillion } = card;
  return (
    ((inputTokens - cachedInputTokens - cacheWriteTokens) * inputPerMillion +
      cachedInputTokens * cachedInputPerMillion +
      (cacheWriteTokens - cacheWrite1hTokens) * cacheWritePerMillion +
      cacheWrite1hTokens * cacheWrite1hPerMillion +
      outputTokens * outputPerMillion) /
    TOKENS_PER_PRICE
  );
}

function cardFor(inputTokens: number, price: ModelPrice): RateCard {
  let highest: PriceTier | undefined;
  for (const tier of price.above ?? []) {
    const isHigher = highest === undefined || tier.inputTokens > highest.inputTokens;
    if (inputTokens > tier.inputTokens && isHigher) highest = tier;
  }
  return highest ?? price;
}

/** What is wrong with a price: where in it, the value and what is allowed. */
export interface PriceFault {
  /** Keys on the way to the value, none for the price itself. */
  readonly path: readonly string[];
  readonly value: unknown;
  readonly allowed: string;
}

const PRICE =
  'an object of { inputPerMillion, outputPerMillion, cachedInputPerMillion?, cacheWritePerMillion?, ' +
  'cacheWrite1hPerMillion?, above? }';
const TIERS = 'a list of rate cards, each with its inputTokens';
const TIER = 'an object of inputTokens and the rates above them';
const RATE = 'US dollars per million tokens, from 0';
const TOKENS = 'a number of tokens from 0';

const NEEDED_RATES = ['inputPerMillion', 'outputPerMillion'] as const;
const OTHER_RATES = ['cachedInputPerMillion', 'cacheWritePerMillion', 'cacheWrite1hPerMillion'] as const;

/** Why a price, which may come from a user's function, cannot be reckoned with; undefined where it can. */
export function findPriceFault(price: unknown): PriceFault | undefined {
  if (!isObject(price)) return { path: [], value: price, allowed: PRICE };
  return findRateFault(price) ?? findTiersFault(price['above']);
}

function findTiersFault(above: unknown): PriceFault | undefined {
  if (above === undefined) return undefined;
  if (!Array.isArray(above)) return { path: ['above'], value: above, allowed: TIERS };
  for (const [index, tier] of above.entries()) {
    const fault = findTierFault(tier);
    if (fault !== undefined) return { ...fault, path: ['above', String(index), ...fault.path] };
  }
  return undefined;
}

function findTierFault(tier: unknown): PriceFault | undefined {
  if (!isObject(tier)) return { path: [], value: tier, allowed: TIER };
  const { inputTokens } = tier;
  if (!isAmount(inputTokens)) return { path: ['inputTokens'], value: inputTokens, allowed: TOKENS };
  return findRateFault(tier);
}

function findRateFault(card: Readonly<Record<string, unknown>>): PriceFault | undefined {
  const wrong =
    NEEDED_RATES.find((name) => !isAmount(card[name])) ??
    OTHER_RATES.find((name) => card[name] !== undefined && !isAmount(card[name]));
  return wrong && { path: [wrong], value: card[wrong], allowed: RATE };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
