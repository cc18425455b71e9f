import { describeValue } from '../../runtime/described-value';
import { catchRejection } from '../../runtime/thenable';
import type { CallUsage } from './call-usage';
import { costAt, findPriceFault, type ModelPrice, type PriceFault } from './model-price';
import { completeTokens, type ReportedTokens, type TokenCounts } from './token-usage';

/**
 * Prices by the model's name, or a function that returns them. The function is called for each call without a
 * reported cost, with the model, the provider if the call names one, and the tokens of the call. Return undefined to
 * leave the call unpriced.
 *
 * @example
 * pricing: (model) => (model.startsWith('local-') ? { inputPerMillion: 0, outputPerMillion: 0 } : undefined)
 */
export type ModelPricing =
  | Readonly<Record<string, ModelPrice>>
  | ((model: string, provider: string | undefined, tokens: TokenCounts) => ModelPrice | undefined);

/** What is reported of one call. */
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

/** Computes the cost of a call, if it was reported or the model has a price. */
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
      const price = this.find(tokens, model, provider);
      if (price === undefined) return this.tell(model);
      const fault = findPriceFault(price);
      if (fault !== undefined) throw this.noPrice(price, fault, model);
      return finite(costAt(tokens, price));
    } catch (fault) {
      this.events.onFault(fault);
      return undefined;
    }
  }

  private find(tokens: TokenCounts, model: string, provider: string | undefined): ModelPrice | undefined {
    // A copy: what the function does to its tokens must not change what is counted.
    if (typeof this.pricing === 'function') return this.pricing(model, provider, { ...tokens });
    return Object.hasOwn(this.pricing, model) ? this.pricing[model] : undefined;
  }

  /** A function may even have returned a promise, whose rejection would otherwise end the process. */
  private noPrice(answer: unknown, { path, value, allowed }: PriceFault, model: string): TypeError {
    const isLate = catchRejection(answer, this.events.onFault);
    const place = path.length === 0 ? 'it' : path.join('.');
    const reason = isLate
      ? 'the function must answer at once and not with a promise'
      : `${place} is ${describeValue(value)}; it must be ${allowed}`;
    return new TypeError(`The price of model ${JSON.stringify(model)} is not a ModelPrice: ${reason}.`);
  }

  private tell(model: string): undefined {
    if (this.told.has(model) || this.told.size >= MAX_TOLD) return;
    this.told.add(model);
    this.events.onUnknown(model);
  }
}

/** @throws RangeError where prices are so high that a cost is beyond all numbers, and would be for good in any sum */
function finite(costUsd: number): number {
  if (Number.isFinite(costUsd)) return costUsd;
  throw new RangeError(`A cost of ${costUsd} US dollars cannot be added up.`);
}
