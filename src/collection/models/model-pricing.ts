import { catchRejection } from '../../runtime/thenable';
import type { CallUsage } from './call-usage';
import { completeTokens, type ReportedTokens, type TokenCounts } from './token-usage';

/**
 * What a model costs, in US dollars per million tokens.
 *
 * @example
 * pricing: { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10, cachedInputPerMillion: 1.25 } }
 */
export interface ModelPrice {
  /** For a million input tokens, in US dollars. */
  readonly inputPerMillion: number;
  /** For a million output tokens, reasoning among them, in US dollars. */
  readonly outputPerMillion: number;
  /** @default the price of input */
  readonly cachedInputPerMillion?: number;
  /** @default the price of input */
  readonly cacheWritePerMillion?: number;
}

/**
 * Prices by the model's name, or a function that knows them.
 *
 * @example
 * pricing: (model) => (model.startsWith('local-') ? { inputPerMillion: 0, outputPerMillion: 0 } : undefined)
 */
export type ModelPricing =
  Readonly<Record<string, ModelPrice>> | ((model: string, provider?: string) => ModelPrice | undefined);

const TOKENS_PER_PRICE = 1e6;

/** US dollars for the tokens of one call. */
function costAt(tokens: TokenCounts, price: ModelPrice): number {
  const { inputPerMillion, outputPerMillion } = price;
  const { cachedInputPerMillion = inputPerMillion, cacheWritePerMillion = inputPerMillion } = price;
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = tokens;
  return (
    ((inputTokens - cachedInputTokens - cacheWriteTokens) * inputPerMillion +
      cachedInputTokens * cachedInputPerMillion +
      cacheWriteTokens * cacheWritePerMillion +
      outputTokens * outputPerMillion) /
    TOKENS_PER_PRICE
  );
}

/** What somebody says of one call. */
interface UsageReport extends ReportedTokens {
  readonly costUsd?: number;
}

export interface PriceListEvents {
  /** A model without a price; told once per model. */
  readonly onUnknown: (model: string) => void;
  /** The user's function threw, or returned what is no price. */
  readonly onFault: (fault: unknown) => void;
}

/** Models whose missing price is told of at the most: their names come from outside. */
const MAX_TOLD = 100;

/** Knows what a call costs, if anybody does. */
export class PriceList {
  private readonly told = new Set<string>();

  constructor(
    private readonly pricing: ModelPricing,
    private readonly events: PriceListEvents,
  ) {}

  /** The tokens of one call as they were reported, and their cost, from the price list unless that was reported, too. */
  usageOf(reported: UsageReport, model: string, provider: string | undefined): CallUsage {
    const tokens = completeTokens(reported);
    if (reported.costUsd !== undefined) return { tokens, costUsd: reported.costUsd, costSource: 'reported' };
    const costUsd = this.costOf(tokens, model, provider);
    return { tokens, costUsd, costSource: costUsd === undefined ? undefined : 'estimated' };
  }

  /** US dollars for one call, or undefined where the model has no price. */
  private costOf(tokens: TokenCounts, model: string, provider: string | undefined): number | undefined {
    try {
      const price = this.find(model, provider);
      if (price === undefined) return this.tell(model);
      if (!isModelPrice(price)) throw this.noPrice(price, model);
      return finite(costAt(tokens, price));
    } catch (fault) {
      this.events.onFault(fault);
      return undefined;
    }
  }

  private find(model: string, provider: string | undefined): ModelPrice | undefined {
    if (typeof this.pricing === 'function') return this.pricing(model, provider);
    return Object.hasOwn(this.pricing, model) ? this.pricing[model] : undefined;
  }

  /** A function may even have returned a promise, whose rejection would otherwise end the process. */
  private noPrice(answer: unknown, model: string): TypeError {
    const isLate = catchRejection(answer, this.events.onFault);
    const reason = isLate ? ': the function must answer at once and not with a promise' : '';
    return new TypeError(`The price of model ${JSON.stringify(model)} is not a ModelPrice${reason}.`);
  }

  private tell(model: string): undefined {
    if (this.told.has(model) || this.told.size >= MAX_TOLD) return;
    this.told.add(model);
    this.events.onUnknown(model);
  }
}

/** Whether a price, which may come from a user's function, can be reckoned with. */
export function isModelPrice(value: unknown): value is ModelPrice {
  if (typeof value !== 'object' || value === null) return false;
  const price = value as Partial<Record<keyof ModelPrice, unknown>>;
  return (
    isRate(price.inputPerMillion) &&
    isRate(price.outputPerMillion) &&
    (price.cachedInputPerMillion === undefined || isRate(price.cachedInputPerMillion)) &&
    (price.cacheWritePerMillion === undefined || isRate(price.cacheWritePerMillion))
  );
}

/** @throws RangeError where prices are so high that a cost is beyond all numbers, and would be for good in any sum */
function finite(costUsd: number): number {
  if (Number.isFinite(costUsd)) return costUsd;
  throw new RangeError(`A cost of ${costUsd} US dollars cannot be added up.`);
}

function isRate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
