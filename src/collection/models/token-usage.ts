import { keepShapes } from '../../runtime/kept-shapes';
import { CompensatedSum } from './compensated-sum';

/** Tokens of one model call. */
export interface TokenCounts {
  /** Includes cached and cache-written ones. */
  readonly inputTokens: number;
  /** Part of the input that came from the provider's cache. */
  readonly cachedInputTokens: number;
  /** Part of the input that was written to the provider's cache. */
  readonly cacheWriteTokens: number;
  /** Part of the cache-written tokens that is kept for an hour, which some providers charge more for. */
  readonly cacheWrite1hTokens: number;
  /** Includes reasoning. */
  readonly outputTokens: number;
  /** Part of the output that is reasoning. */
  readonly reasoningTokens: number;
}

/**
 * Tokens and cost of many calls, as users read them. How long a cache write is kept is not among them: it matters to the price
 * only.
 */
export interface TokenUsage extends Omit<TokenCounts, 'cacheWrite1hTokens'> {
  /** Model calls. */
  readonly calls: number;
  /** Input plus output. */
  readonly totalTokens: number;
  /** US dollars, of the calls whose cost is known. */
  readonly costUsd: number;
  /** Calls whose model has no price. */
  readonly unpricedCalls: number;
}

/** As providers report them: what they do not know is left out, or null. */
export type ReportedTokens = { readonly [Field in keyof TokenCounts]?: number | null };

const NO_TOKENS: TokenCounts = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/**
 * Fills in what was not reported, in whole tokens: those who estimate report fractions, whose sums would be a little more or
 * less than their parts.
 */
export function completeTokens(reported: ReportedTokens): TokenCounts {
  const count = (field: keyof TokenCounts) => reported[field] ?? 0;
  const cached = count('cachedInputTokens');
  const keptForAnHour = count('cacheWrite1hTokens');
  const written = withPart(count('cacheWriteTokens'), keptForAnHour);
  const reasoning = count('reasoningTokens');
  return {
    inputTokens: includingParts(count('inputTokens'), cached, written),
    cachedInputTokens: Math.round(cached),
    cacheWriteTokens: Math.round(written),
    cacheWrite1hTokens: Math.round(keptForAnHour),
    outputTokens: includingParts(count('outputTokens'), reasoning, 0),
    reasoningTokens: Math.round(reasoning),
  };
}

/** More than floating point makes of one and the same sum. */
const ROUNDING = 1e-3;

/** Anthropic reports input beside what is cached, Gemini output beside its thoughts: more parts than whole say so. */
function includingParts(whole: number, part: number, otherPart: number): number {
  const parts = Math.round(part) + Math.round(otherPart);
  const isBeside = part + otherPart > whole + ROUNDING;
  return isBeside ? Math.round(whole) + parts : Math.max(Math.round(whole), parts);
}

/** As `includingParts`, but not rounded: the result is a part of another whole. */
function withPart(whole: number, part: number): number {
  return part > whole + ROUNDING ? whole + part : Math.max(whole, part);
}

const TOKEN_FIELDS = Object.keys(NO_TOKENS) as (keyof TokenCounts)[];

/** Of two reports about one call. */
export function addTokens(tokens: TokenCounts, other: TokenCounts): TokenCounts {
  const sum: { -readonly [Field in keyof TokenCounts]: number } = { ...NO_TOKENS };
  for (const field of TOKEN_FIELDS) sum[field] = tokens[field] + other[field];
  return sum;
}

/** The `type` label of the token family. Its values partition the tokens. */
export const TOKEN_TYPES = ['input', 'cached_input', 'cache_write', 'output', 'reasoning'] as const;

/** Tokens by type, in the order of `TOKEN_TYPES`. */
function partitionTokens(tokens: TokenCounts): readonly number[] {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = tokens;
  return [
    inputTokens - cachedInputTokens - cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens - reasoningTokens,
    reasoningTokens,
  ];
}

/** How many numbers `TokenTotals` write into a row. */
export const TOKEN_COLUMNS = 9;

/** Room for them, from `at` on. */
interface TokenRow {
  readonly page: Float64Array;
  readonly at: number;
}

/** Adds up tokens and cost. */
export class TokenTotals {
  private readonly tokens: { -readonly [Field in keyof TokenCounts]: number } = { ...NO_TOKENS };
  private readonly cost = new CompensatedSum();
  unpricedCalls = 0;
  /** Tracked calls that have ended, however, without any report of tokens. */
  callsWithoutUsage = 0;

  get counts(): TokenCounts {
    return this.tokens;
  }

  /** Input plus output. */
  get total(): number {
    return this.tokens.inputTokens + this.tokens.outputTokens;
  }

  get costUsd(): number {
    return this.cost.value;
  }

  /** By type, in the order of `TOKEN_TYPES`. */
  partition(): readonly number[] {
    return partitionTokens(this.tokens);
  }

  /** `costUsd` is undefined if the price is unknown. */
  add(tokens: TokenCounts, costUsd: number | undefined): void {
    this.addTokens(tokens);
    if (costUsd === undefined) this.unpricedCalls += 1;
    else this.cost.add(costUsd);
  }

  merge(other: TokenTotals): void {
    this.addTokens(other.tokens);
    this.cost.add(other.cost.value);
    this.unpricedCalls += other.unpricedCalls;
    this.callsWithoutUsage += other.callsWithoutUsage;
  }

  writeTo({ page, at }: TokenRow): void {
    const { tokens } = this;
    page[at] = tokens.inputTokens;
    page[at + 1] = tokens.cachedInputTokens;
    page[at + 2] = tokens.cacheWriteTokens;
    page[at + 3] = tokens.cacheWrite1hTokens;
    page[at + 4] = tokens.outputTokens;
    page[at + 5] = tokens.reasoningTokens;
    page[at + 6] = this.cost.value;
    page[at + 7] = this.unpricedCalls;
    page[at + 8] = this.callsWithoutUsage;
  }

  /** All its numbers, for another process. */
  get figures(): readonly number[] {
    const row = { page: new Float64Array(TOKEN_COLUMNS), at: 0 };
    this.writeTo(row);
    return Array.from(row.page);
  }

  /** What `writeTo` has written. */
  addFrom({ page, at }: TokenRow): void {
    const { tokens } = this;
    tokens.inputTokens += page[at]!;
    tokens.cachedInputTokens += page[at + 1]!;
    tokens.cacheWriteTokens += page[at + 2]!;
    tokens.cacheWrite1hTokens += page[at + 3]!;
    tokens.outputTokens += page[at + 4]!;
    tokens.reasoningTokens += page[at + 5]!;
    this.cost.add(page[at + 6]!);
    this.unpricedCalls += page[at + 7]!;
    this.callsWithoutUsage += page[at + 8]!;
  }

  private addTokens(tokens: TokenCounts): void {
    this.tokens.inputTokens += tokens.inputTokens;
    this.tokens.cachedInputTokens += tokens.cachedInputTokens;
    this.tokens.cacheWriteTokens += tokens.cacheWriteTokens;
    this.tokens.cacheWrite1hTokens += tokens.cacheWrite1hTokens;
    this.tokens.outputTokens += tokens.outputTokens;
    this.tokens.reasoningTokens += tokens.reasoningTokens;
  }
}

keepShapes(new TokenTotals());
