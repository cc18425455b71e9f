import type { ModelPrice, RateCard } from './model-price';

/** One rate of a public price list, in US dollars per unit: the same for every call, or by the length of the input. */
type CatalogueRate =
  number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

type CatalogueRates = Readonly<Record<string, CatalogueRate | undefined>>;

/**
 * The part of the package `@pydantic/genai-prices` that `pricesOf` reads. This library does not load it: the
 * application installs the package and passes it.
 */
export interface PriceCatalogue {
  /** Finds the price of a model today; null where the list has none. */
  calcPrice(
    usage: Record<string, number | undefined>,
    modelId: string,
    options?: { providerId?: string },
  ): {
    /** Its rates by what they are for. */
    readonly model_price: CatalogueRates;
  } | null;
}

/**
 * Makes a `pricing` function of the public price list in the package `@pydantic/genai-prices`. The list decides which names
 * mean a model and a provider. It prices the provider that the call names; a call without a provider has the price of the
 * model's own maker. The function returns undefined for a model or provider that the list does not know, and for a model
 * that is not charged by its tokens alone.
 *
 * @throws TypeError where the catalogue has no `calcPrice`
 *
 * @example
 * import * as genaiPrices from '@pydantic/genai-prices';
 * MetricsModule.forRoot({ pricing: pricesOf(genaiPrices) });
 */
export function pricesOf(catalogue: PriceCatalogue): (model: string, provider?: string) => ModelPrice | undefined {
  if (typeof (catalogue as Partial<PriceCatalogue> | undefined)?.calcPrice !== 'function') {
    throw new TypeError('pricesOf: the catalogue has no function "calcPrice"; give it all of @pydantic/genai-prices.');
  }
  return (model, provider) => {
    // Asked at each call, since prices depend on the time of day and the application may update the list.
    const found = catalogue.calcPrice({}, model, { providerId: provider });
    return found === null ? undefined : priceOf(found.model_price);
  };
}

const FREE: ModelPrice = { inputPerMillion: 0, outputPerMillion: 0 };

/** Rates that a `ModelPrice` has no place for, though every call pays them: a fee per request, a price of reasoning. */
const OUT_OF_REACH = ['requests_kcount', 'output_reasoning_mtok'];

function priceOf(rates: CatalogueRates): ModelPrice | undefined {
  if (Object.keys(rates).length === 0) return FREE;
  // Without a price of input, it is charged by the hour, the page or the picture.
  if (rates['input_mtok'] === undefined || OUT_OF_REACH.some((key) => rates[key] !== undefined)) return undefined;
  const starts = new Set(Object.values(rates).flatMap(tierStarts));
  const above = [...starts].map((inputTokens) => ({ inputTokens, ...cardAt(rates, inputTokens) }));
  return { ...cardAt(rates, -Infinity), above };
}

/** The rates of calls with more input tokens than `start`, up to the next tier. */
function cardAt(rates: CatalogueRates, start: number): RateCard {
  const rate = (key: string) => rateAt(rates[key], start);
  return {
    inputPerMillion: rate('input_mtok') ?? 0,
    // Embeddings have no output.
    outputPerMillion: rate('output_mtok') ?? 0,
    cachedInputPerMillion: rate('cache_read_mtok'),
    cacheWritePerMillion: rate('cache_write_mtok'),
    cacheWrite1hPerMillion: rate('cache_write_1h_mtok'),
  };
}

function rateAt(rate: CatalogueRate | undefined, start: number): number | undefined {
  if (typeof rate !== 'object') return rate;
  const reached = rate.tiers.filter((tier) => tier.start <= start);
  return reached.reduce((highest, tier) => (tier.start >= highest.start ? tier : highest), {
    start: -Infinity,
    price: rate.base,
  }).price;
}

function tierStarts(rate: CatalogueRate | undefined): number[] {
  return typeof rate === 'object' ? rate.tiers.map(({ start }) => start) : [];
}
