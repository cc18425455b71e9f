import type { LoggerService } from '@nestjs/common';
import * as genaiPrices from '@pydantic/genai-prices';
import { ExecutionTracker, type MetricsModuleOptions, MetricsModule, type ModelPrice, pricesOf } from '../src';
import { CollectionApp } from './support/collection-app';

const start = (pricing: MetricsModuleOptions['pricing']) => CollectionApp.start({ pricing });

/** Dollars for a sum of tokens times dollars a million. */
const micros = (microDollars: number) => microDollars / 1e6;

describe('A price of long inputs', () => {
  const model = 'long';
  const price: ModelPrice = {
    inputPerMillion: 1,
    outputPerMillion: 10,
    cachedInputPerMillion: 0.1,
    above: [
      { inputTokens: 500, inputPerMillion: 4, outputPerMillion: 40, cachedInputPerMillion: 0.4 },
      { inputTokens: 100, inputPerMillion: 2, outputPerMillion: 20 },
    ],
  };

  it.each([
    ['at its border is the one below', { inputTokens: 100, outputTokens: 10 }, 100 * 1 + 10 * 10],
    ['begins with the next token, for the whole call', { inputTokens: 101, outputTokens: 10 }, 101 * 2 + 10 * 20],
    [
      'is the highest that is exceeded, whatever their order',
      { inputTokens: 501, outputTokens: 10 },
      501 * 4 + 10 * 40,
    ],
    ['counts cached input', { inputTokens: 501, cachedInputTokens: 501 }, 501 * 0.4],
    [
      'counts cached input that is reported beside it',
      { inputTokens: 300, cachedInputTokens: 301 },
      300 * 4 + 301 * 0.4,
    ],
    ['does not count output', { inputTokens: 100, outputTokens: 1_000 }, 100 * 1 + 1_000 * 10],
    ['takes no rate from another card', { inputTokens: 200, cachedInputTokens: 150 }, 200 * 2],
  ])('%s', async (_what, tokens, expected) => {
    const { metrics } = await start({ [model]: price });
    expect(metrics.recordModelCall({ model, ...tokens }).costUsd).toBeCloseTo(micros(expected), 12);
  });

  it('is what a function says, too', async () => {
    const { metrics } = await start(() => price);
    expect(metrics.recordModelCall({ model, inputTokens: 101 })).toEqual({ costUsd: micros(202) });
  });
});

describe('Cache writes that are kept for an hour', () => {
  const base = { inputPerMillion: 4, outputPerMillion: 0 };
  const tokens = { inputTokens: 1_000, cacheWriteTokens: 800, cacheWrite1hTokens: 300 };

  it.each<[string, ModelPrice, number]>([
    ['their own rate', { ...base, cacheWritePerMillion: 5, cacheWrite1hPerMillion: 8 }, 200 * 4 + 500 * 5 + 300 * 8],
    ['that of other cache writes', { ...base, cacheWritePerMillion: 5 }, 200 * 4 + 800 * 5],
    ['that of input', base, 1_000 * 4],
    ['their own and no other', { ...base, cacheWrite1hPerMillion: 8 }, 700 * 4 + 300 * 8],
  ])('have %s', async (_what, price, expected) => {
    const { metrics } = await start({ m: price });
    expect(metrics.recordModelCall({ model: 'm', ...tokens })).toEqual({ costUsd: micros(expected) });
  });

  it.each([
    ['part of those', { cacheWriteTokens: 800, cacheWrite1hTokens: 300 }, 800],
    ['beside them where they are more', { cacheWriteTokens: 300, cacheWrite1hTokens: 800 }, 1_100],
    ['all of them where nothing else is said', { cacheWrite1hTokens: 800 }, 800],
    ['as many as those', { cacheWriteTokens: 0.4 + 0.2, cacheWrite1hTokens: 0.6 }, 1],
  ])('are %s that were written', async (_what, tokens, cacheWriteTokens) => {
    const { metrics } = await start({});
    metrics.recordModelCall({ model: 'm', inputTokens: 10_000, ...tokens });
    expect(metrics.getModelMetrics('m')?.tokenUsage).toMatchObject({ inputTokens: 10_000, cacheWriteTokens });
  });

  it('count in whole tokens, and leave the input that they are part of as it is', async () => {
    const pricing = jest.fn(() => undefined);
    const { metrics } = await start(pricing);
    const part = { cacheWriteTokens: 5.5, cacheWrite1hTokens: 5.5 };
    metrics.recordModelCall({ model: 'm', inputTokens: 10.5, cachedInputTokens: 5, ...part });
    const counted = { inputTokens: 11, cachedInputTokens: 5, cacheWriteTokens: 6, cacheWrite1hTokens: 6 };
    expect(pricing).toHaveBeenCalledWith('m', undefined, { ...counted, outputTokens: 0, reasoningTokens: 0 });
  });

  it('are cache writes in the text, and nothing of their own', async () => {
    const app = await start({});
    app.metrics.recordModelCall({ model: 'm', ...tokens });
    const samples = await app.samples();
    expect(samples.value('crew_model_tokens_total', { model: 'm', type: 'cache_write' })).toBe(800);
    expect(samples.sum('crew_model_tokens_total')).toBe(1_000);
    expect(JSON.stringify(app.metrics.getSystemMetrics())).not.toContain('1h');
  });

  it('are reported by a tracked call, too', async () => {
    const { app, metrics } = await start({ m: { ...base, cacheWritePerMillion: 5, cacheWrite1hPerMillion: 8 } });
    app.get(ExecutionTracker).trackModel({ model: 'm', usage: () => tokens }, () => 'text');
    expect(metrics.getModelMetrics('m')?.tokenUsage.costUsd).toBe(micros(5_700));
  });

  it('drop a record that they are wrong in', async () => {
    const { metrics, log } = await start({});
    metrics.recordModelCall({ model: 'm', cacheWrite1hTokens: -1 });
    expect(metrics.getModels().size).toBe(0);
    expect(log.warnings).toEqual([expect.stringContaining('recordModelCall: cacheWrite1hTokens is -1; it must be')]);
  });
});

describe('A price function', () => {
  it('is given the tokens as they are counted, and cannot change them', async () => {
    const seen: object[] = [];
    const { metrics } = await start((_model, _provider, tokens) => {
      seen.push({ ...tokens });
      return void Object.assign(tokens, { inputTokens: -5 });
    });
    metrics.recordModelCall({ model: 'm', inputTokens: 4_000, cachedInputTokens: 5_000, outputTokens: null });
    const counted = { inputTokens: 9_000, cachedInputTokens: 5_000, outputTokens: 0 };
    expect(seen).toEqual([{ ...counted, cacheWriteTokens: 0, cacheWrite1hTokens: 0, reasoningTokens: 0 }]);
    expect(metrics.getModelMetrics('m')?.tokenUsage).toMatchObject(counted);
  });

  it.each([
    ['reported', { costUsd: 0 }],
    ['estimated', {}],
    [undefined, { model: 'unheard-of' }],
  ])('tells its costs from others on the execution: %p', async (costSource, call) => {
    const { metrics } = await start((model) =>
      model === 'm' ? { inputPerMillion: 1, outputPerMillion: 1 } : undefined,
    );
    metrics.recordModelCall({ model: 'm', inputTokens: 1, ...call });
    expect(metrics.getHistory()[0]).toMatchObject({ kind: 'model', costSource });
  });

  it('is not asked what a call cost whose cost is reported', async () => {
    const pricing = jest.fn(() => undefined);
    const { metrics } = await start(pricing);
    expect(metrics.recordModelCall({ model: 'm', inputTokens: 1, costUsd: 0 })).toEqual({ costUsd: 0 });
    expect(pricing).not.toHaveBeenCalled();
  });
});

describe('A bad price', () => {
  const card = { inputPerMillion: 1, outputPerMillion: 2 };
  const RATE = 'US dollars per million tokens, from 0';
  const bad: [place: string, value: string, price: unknown, allowed: string][] = [
    ['', "'free'", 'free', 'an object of { inputPerMillion, outputPerMillion, '],
    ['', 'null', null, 'an object of { inputPerMillion, outputPerMillion, '],
    ['outputPerMillion', 'undefined', { inputPerMillion: 1 }, RATE],
    ['inputPerMillion', '-1', { ...card, inputPerMillion: -1 }, RATE],
    ['cachedInputPerMillion', "'3'", { ...card, cachedInputPerMillion: '3' }, RATE],
    ['cacheWrite1hPerMillion', 'NaN', { ...card, cacheWrite1hPerMillion: NaN }, RATE],
    ['above', '{}', { ...card, above: {} }, 'a list of rate cards, each with its inputTokens'],
    ['above.0', 'null', { ...card, above: [null] }, 'an object of inputTokens and the rates above them'],
    ['above.0.inputTokens', 'undefined', { ...card, above: [card] }, 'a number of tokens from 0'],
    ['above.0.inputTokens', '-1', { ...card, above: [{ ...card, inputTokens: -1 }] }, 'a number of tokens from 0'],
    ['above.0.inputTokens', 'Infinity', { ...card, above: [{ ...card, inputTokens: Infinity }] }, 'a number of tokens'],
    ['above.0.outputPerMillion', 'undefined', { ...card, above: [{ inputTokens: 1, inputPerMillion: 1 }] }, RATE],
    [
      'above.1.cacheWritePerMillion',
      'Infinity',
      { ...card, above: [1, 2].map((n) => ({ ...card, inputTokens: n, cacheWritePerMillion: n / (2 - n) })) },
      RATE,
    ],
  ];

  it.each(bad)('in the table is an error at start that names "%s", its value %s and what is allowed', (...row) => {
    const [place, value, price, allowed] = row;
    const option = ['pricing', 'm', place].filter(Boolean).join('.');
    const pricing = { fine: card, m: price } as Record<string, ModelPrice>;
    expect(() => MetricsModule.forRoot({ pricing })).toThrow(
      `MetricsModule: the option "${option}" is ${value}; it must be ${allowed}`,
    );
  });

  it.each(bad)('of a function is logged once, at "%s" with its value %s and what is allowed', async (...row) => {
    const [place, value, price, allowed] = row;
    const { metrics, log } = await start(() => price as ModelPrice);
    const logged = jest.spyOn(log as unknown as LoggerService, 'error');
    for (let call = 0; call < 3; call += 1) expect(metrics.recordModelCall({ model: 'm' })).toEqual({});
    expect(metrics.getModelMetrics('m')?.tokenUsage).toMatchObject({ calls: 3, unpricedCalls: 3 });
    expect(logged).toHaveBeenCalledTimes(1);
    expect(logged.mock.calls[0]!.join(' ')).toContain(
      `"m" is not a ModelPrice: ${place || 'it'} is ${value}; it must be ${allowed}`,
    );
  });

  it.each([7, 'cheap', [], null])('list is an error at start: %p', (pricing) => {
    expect(() => MetricsModule.forRoot({ pricing } as never)).toThrow(
      /^MetricsModule: the option "pricing" is .*; it must be a function, or an object of prices by model\.$/,
    );
  });
});

/** Rates that the providers have published, typed in on 28 November 2026. Version 0.1.8 of the list agrees. */
const PUBLISHED: Record<string, ModelPrice> = {
  'gpt-4o-2024-08-06': { inputPerMillion: 2.5, cachedInputPerMillion: 1.25, outputPerMillion: 10 },
  'gpt-5': { inputPerMillion: 1.25, cachedInputPerMillion: 0.125, outputPerMillion: 10 },
  'claude-sonnet-4-5-20250929': {
    inputPerMillion: 3,
    cachedInputPerMillion: 0.3,
    cacheWritePerMillion: 3.75,
    cacheWrite1hPerMillion: 6,
    outputPerMillion: 15,
    above: [
      {
        inputTokens: 200_000,
        inputPerMillion: 6,
        cachedInputPerMillion: 0.6,
        cacheWritePerMillion: 7.5,
        cacheWrite1hPerMillion: 12,
        outputPerMillion: 22.5,
      },
    ],
  },
  'gemini-2.5-pro': {
    inputPerMillion: 1.25,
    cachedInputPerMillion: 0.125,
    outputPerMillion: 10,
    above: [{ inputTokens: 200_000, inputPerMillion: 2.5, cachedInputPerMillion: 0.25, outputPerMillion: 15 }],
  },
  'grok-4': { inputPerMillion: 3, cachedInputPerMillion: 0.75, outputPerMillion: 15 },
};

describe.each([
  ['The table of published prices', PUBLISHED],
  ['pricesOf(genaiPrices)', pricesOf(genaiPrices)],
])('%s', (_what, pricing) => {
  const written = { cachedInputTokens: 100_000, cacheWriteTokens: 50_000, cacheWrite1hTokens: 20_000 };

  it.each([
    // 6,000 × 2.50 + 4,000 × 1.25 + 1,000 × 10
    ['gpt-4o-2024-08-06', { inputTokens: 10_000, cachedInputTokens: 4_000, outputTokens: 1_000 }, 30_000],
    // 4,000 × 1.25 + 4,000 × 0.125 + 2,000 × 10
    ['gpt-5', { inputTokens: 8_000, cachedInputTokens: 4_000, outputTokens: 2_000, reasoningTokens: 1_500 }, 25_500],
    // 50,000 × 3 + 100,000 × 0.30 + 30,000 × 3.75 + 20,000 × 6 + 1,000 × 15
    ['claude-sonnet-4-5-20250929', { inputTokens: 200_000, ...written, outputTokens: 1_000 }, 427_500],
    // 50,001 × 6 + 100,000 × 0.60 + 30,000 × 7.50 + 20,000 × 12 + 1,000 × 22.50
    ['claude-sonnet-4-5-20250929', { inputTokens: 200_001, ...written, outputTokens: 1_000 }, 847_506],
    // 160,000 × 1.25 + 40,000 × 0.125 + 4,000 × 10
    ['gemini-2.5-pro', { inputTokens: 200_000, cachedInputTokens: 40_000, outputTokens: 4_000 }, 245_000],
    // 160,001 × 2.50 + 40,000 × 0.25 + 4,000 × 15
    ['gemini-2.5-pro', { inputTokens: 200_001, cachedInputTokens: 40_000, outputTokens: 4_000 }, 470_002.5],
    // 600 × 3 + 400 × 0.75 + 200 × 15
    ['grok-4', { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 200 }, 5_100],
  ])('prices %s by hand: %j', async (model, tokens, microDollars) => {
    const { metrics } = await start(pricing);
    expect(metrics.recordModelCall({ model, ...tokens }).costUsd).toBeCloseTo(micros(microDollars), 12);
  });
});

describe('pricesOf', () => {
  const million = { inputTokens: 1_000_000 };

  it.each([
    ['a dated name', 'gpt-4o-2024-11-20', 'openai', 2.5],
    ['a model of its maker where no provider is named', 'gpt-4o', undefined, 2.5],
    ['the provider as the AI SDK names it', 'anthropic.claude-sonnet-4-20250514-v1:0', 'amazon-bedrock', 3],
    ['a provider by another name', 'gemini-2.0-flash', 'google.vertex', 0.1],
    ['the provider that is named, and not the maker', 'deepseek-r1-distill-llama-70b', 'groq', 0.75],
    ['a model without output', 'text-embedding-3-small', 'openai', 0.02],
    ['a model that costs nothing', 'qwen/qwen3-coder:free', 'openrouter', 0],
  ])('knows %s', async (_what, model, provider, costUsd) => {
    const { metrics, log } = await start(pricesOf(genaiPrices));
    expect(metrics.recordModelCall({ model, provider, ...million }).costUsd).toBeCloseTo(costUsd, 12);
    expect([...log.warnings, ...log.errors]).toEqual([]);
  });

  it.each([
    ['it has not heard of', 'unheard-of', undefined],
    ['its provider does not have', 'claude-sonnet-4-5', 'openai'],
    ['a provider serves that it has not heard of', 'gpt-4o', 'my-gateway'],
    ['is charged by the hour', 'whisper-1', 'openai'],
    ['has a fee for each request', 'sonar', 'perplexity'],
  ])('leaves a model unpriced that %s', async (_what, model, provider) => {
    const { metrics, log } = await start(pricesOf(genaiPrices));
    expect(metrics.recordModelCall({ model, provider, ...million })).toEqual({});
    expect(metrics.getModelMetrics(model)?.tokenUsage).toMatchObject({ calls: 1, unpricedCalls: 1 });
    expect(log.warnings).toEqual([expect.stringContaining(`"${model}" has no price`)]);
    expect(log.errors).toEqual([]);
  });

  // Not DeepSeek, whose prices depend on the time of day.
  const providers = ['openai', 'anthropic', 'google', 'mistral', 'x-ai', 'aws', 'azure', 'groq', 'cohere'];
  const lengths = [1_000, 128_000, 128_001, 200_000, 200_001, 271_999, 272_000, 272_001, 1_000_000];

  it.each(providers)('costs what the list itself reckons, for every model of %s that it prices', async (providerId) => {
    const { metrics } = await start(pricesOf(genaiPrices));
    const models = genaiPrices.findProvider({ providerId })!.models.map(({ id }) => id);
    let priced = 0;
    for (const model of models) {
      for (const inputTokens of lengths) {
        const call = { inputTokens, cachedInputTokens: 300, cacheWriteTokens: 250, cacheWrite1hTokens: 50 };
        const { costUsd } = metrics.recordModelCall({ model, provider: providerId, ...call, outputTokens: 70 });
        const usage = { input_tokens: inputTokens, cache_read_tokens: 300, cache_write_tokens: 250, output_tokens: 70 };
        const own = genaiPrices.calcPrice({ ...usage, cache_write_1h_tokens: 50 }, model, { providerId });
        if (costUsd === undefined) continue;
        priced += 1;
        expect(costUsd).toBeCloseTo(own!.total_price, 9);
      }
    }
    expect(priced).toBeGreaterThan(models.length * lengths.length * 0.5);
  });

  it('can be asked after prices of your own', async () => {
    const listed = pricesOf(genaiPrices);
    const { metrics } = await start(
      (model, provider) => (model === 'ours' ? PUBLISHED['gpt-5'] : undefined) ?? listed(model, provider),
    );
    expect(metrics.recordModelCall({ model: 'ours', ...million })).toEqual({ costUsd: 1.25 });
    expect(metrics.recordModelCall({ model: 'gpt-4o', ...million })).toEqual({ costUsd: 2.5 });
  });

  it('asks the list at each call, which the application may have updated', async () => {
    let input_mtok = 1;
    const { metrics } = await start(pricesOf({ calcPrice: () => ({ model_price: { input_mtok } }) }));
    expect(metrics.recordModelCall({ model: 'm', ...million })).toEqual({ costUsd: 1 });
    input_mtok = 2;
    expect(metrics.recordModelCall({ model: 'm', ...million })).toEqual({ costUsd: 2 });
  });

  it('takes each rate of several tiers at its own border', async () => {
    const input_mtok = { base: 1, tiers: [...[{ start: 30, price: 3 }], ...[{ start: 10, price: 2 }]] };
    const output_mtok = { base: 10, tiers: [{ start: 20, price: 20 }] };
    const { metrics } = await start(pricesOf({ calcPrice: () => ({ model_price: { input_mtok, output_mtok } }) }));
    const cost = (inputTokens: number) => metrics.recordModelCall({ model: 'm', inputTokens, outputTokens: 1 }).costUsd;
    expect([10, 11, 20, 21, 31].map(cost)).toEqual([20, 32, 50, 62, 113].map(micros));
  });

  it.each([undefined, {}, { default: genaiPrices }])('refuses what is no such list: %p', (catalogue) => {
    expect(() => pricesOf(catalogue as never)).toThrow('pricesOf: the catalogue has no function "calcPrice"');
  });

  it('costs a call its price where the list fails, and nothing else', async () => {
    const calcPrice = () => {
      throw new Error('The list is broken.');
    };
    const { metrics, log } = await start(pricesOf({ calcPrice }));
    expect(metrics.recordModelCall({ model: 'm' })).toEqual({});
    expect(metrics.getModelMetrics('m')?.tokenUsage.unpricedCalls).toBe(1);
    expect(log.errors).toEqual([expect.stringContaining('Tracking failed at "pricing"')]);
  });
});
