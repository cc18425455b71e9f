import { Injectable } from '@nestjs/common';
import {
  ExecutionTracker,
  type MetricsModuleOptions,
  MetricsCollector,
  type ModelCallRecord,
  TrackAgent,
} from '../src';
import { expectAgreement } from './support/agreement';
import { CollectionApp } from './support/collection-app';
import type { CollectedDocument } from './support/collected-document';

// Takes a few seconds, and more where other tests run beside it.
jest.setTimeout(60_000);

const PRICES = {
  'gpt-4': { inputPerMillion: 30, outputPerMillion: 60 },
  'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 },
  claude: { inputPerMillion: 3, outputPerMillion: 15, cachedInputPerMillion: 0.3, cacheWritePerMillion: 3.75 },
};

const start = (pricing: MetricsModuleOptions['pricing'] = PRICES) => CollectionApp.start({ pricing });

const NO_USAGE = {
  calls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
  costUsd: 0,
  unpricedCalls: 0,
};

describe('The cost of a model call', () => {
  it.each([
    ['1000 and 500 tokens at 30 and 60 dollars a million', 'gpt-4', 1_000, 500, 0.06],
    ['a million in and half a million out at 2.50 and 10', 'gpt-4o', 1_000_000, 500_000, 7.5],
    ['no tokens', 'gpt-4', 0, 0, 0],
  ])('is exact: %s', async (_what, model, inputTokens, outputTokens, costUsd) => {
    const { metrics } = await start();
    expect(metrics.recordModelCall({ model, inputTokens, outputTokens })).toEqual({ costUsd });
    expect(metrics.getModelMetrics(model)?.tokenUsage.costUsd).toBe(costUsd);
    expect(metrics.getSystemMetrics().tokenUsage.costUsd).toBe(costUsd);
  });

  it('adds up without the error of floating point', async () => {
    const { metrics } = await start({});
    for (const costUsd of [0.05, 0.02, 0.1, 0.01]) metrics.recordModelCall({ model: 'gpt-4', costUsd });
    expect(Math.abs(metrics.getSystemMetrics().tokenUsage.costUsd - 0.18)).toBeLessThan(1e-9);
  });

  it('still does after so many calls that plain sums are off', async () => {
    const { metrics } = await CollectionApp.start({ historySize: 0 });
    const costs = [0.05, 0.02, 0.1, 0.01];
    let plainSum = 0;
    for (let call = 0; call < 100_000; call += 1) {
      const costUsd = costs[call % 4]!;
      plainSum += costUsd;
      metrics.recordModelCall({ model: 'm', costUsd });
    }
    expect(Math.abs(plainSum - 4_500)).toBeGreaterThan(4e-9);
    const { calls, costUsd } = metrics.getSystemMetrics().tokenUsage;
    expect(calls).toBe(100_000);
    expect(Math.abs(costUsd - 4_500)).toBeLessThan(1e-9);
  });

  it('takes cached and cache-written input at their own rates', async () => {
    const { metrics } = await start();
    const tokens = { inputTokens: 10_000, cachedInputTokens: 6_000, cacheWriteTokens: 3_000, outputTokens: 2_000 };
    // 1,000 at 3, 6,000 at 0.30, 3,000 at 3.75 and 2,000 at 15 dollars a million.
    const costUsd = (1_000 * 3 + 6_000 * 0.3 + 3_000 * 3.75 + 2_000 * 15) / 1e6;
    expect(metrics.recordModelCall({ model: 'claude', ...tokens }).costUsd).toBeCloseTo(costUsd, 12);
  });

  it('takes them at the price of input where they have no rates of their own', async () => {
    const { metrics } = await start();
    const tokens = { inputTokens: 1_000, cachedInputTokens: 600, cacheWriteTokens: 300 };
    expect(metrics.recordModelCall({ model: 'gpt-4', ...tokens })).toEqual({ costUsd: 0.03 });
  });

  it('has reasoning in the output and at its price', async () => {
    const { metrics } = await start();
    const tokens = { outputTokens: 1_000, reasoningTokens: 800 };
    expect(metrics.recordModelCall({ model: 'gpt-4', ...tokens })).toEqual({ costUsd: 0.06 });
  });

  it('is what the caller says, where the caller says it', async () => {
    const { metrics } = await start();
    expect(metrics.recordModelCall({ model: 'gpt-4', inputTokens: 1_000, costUsd: 0.5 })).toEqual({ costUsd: 0.5 });
    expect(metrics.recordModelCall({ model: 'unheard-of', inputTokens: 1_000, costUsd: 0 })).toEqual({ costUsd: 0 });
    expect(metrics.getSystemMetrics().tokenUsage).toMatchObject({ costUsd: 0.5, unpricedCalls: 0 });
  });

  it('counts whatever the outcome of the call', async () => {
    const { metrics } = await start();
    metrics.recordModelCall({ model: 'gpt-4', inputTokens: 1_000, outputTokens: 500, status: 'cancelled' });
    expect(metrics.getModelMetrics('gpt-4')).toMatchObject({ cancelledCount: 1, tokenUsage: { costUsd: 0.06 } });
  });
});

describe('A price function', () => {
  it('is asked with the model, the provider and the tokens', async () => {
    const pricing = jest.fn((model: string, provider?: string) =>
      model === 'llama' && provider === 'groq' ? { inputPerMillion: 1, outputPerMillion: 2 } : undefined,
    );
    const { metrics } = await start(pricing);
    const tokens = { model: 'llama', inputTokens: 1_000_000 };
    expect(metrics.recordModelCall({ ...tokens, provider: 'groq' })).toEqual({ costUsd: 1 });
    expect(metrics.recordModelCall(tokens).costUsd).toBeUndefined();
    const counted = expect.objectContaining({ inputTokens: 1_000_000, outputTokens: 0 }) as unknown;
    expect(pricing.mock.calls).toEqual([
      ['llama', 'groq', counted],
      ['llama', undefined, counted],
    ]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('No price service.');
      },
    ],
    ['returns a text', () => '30'],
    ['returns null', () => null],
    ['returns a promise', () => Promise.resolve(PRICES['gpt-4'])],
    ['returns a promise that rejects', () => Promise.reject(new Error('No price service.'))],
    ['returns half a price', () => ({ inputPerMillion: 30 })],
    ['returns a price that is NaN', () => ({ inputPerMillion: NaN, outputPerMillion: 60 })],
    ['returns a negative price', () => ({ inputPerMillion: -30, outputPerMillion: 60 })],
    ['returns a price that overflows', () => ({ inputPerMillion: 1e308, outputPerMillion: 60 })],
    ['returns rubbish as a rate', () => ({ inputPerMillion: 30, outputPerMillion: 60, cachedInputPerMillion: '3' })],
  ])('that %s costs the call its price and nothing else', async (_what, pricing) => {
    const { metrics, log } = await start(pricing as never);
    for (let call = 0; call < 3; call += 1) {
      expect(metrics.recordModelCall({ model: 'gpt-4', inputTokens: 1_000 })).toEqual({});
    }
    const usage = { ...NO_USAGE, calls: 3, inputTokens: 3_000, totalTokens: 3_000, unpricedCalls: 3 };
    expect(metrics.getModelMetrics('gpt-4')?.tokenUsage).toEqual(usage);
    expect([...log.errors, ...log.warnings]).toHaveLength(1);
  });
});

describe('A model without a price', () => {
  it('counts tokens and an unpriced call, and is logged once', async () => {
    const app = await start();
    const call = { model: 'unheard-of', inputTokens: 100, outputTokens: 50 };
    for (let i = 0; i < 3; i += 1) expect(app.metrics.recordModelCall(call).costUsd).toBeUndefined();
    app.metrics.recordModelCall({ model: 'also unheard-of' });
    const { tokenUsage } = app.metrics.getSystemMetrics();
    expect(tokenUsage).toMatchObject({ inputTokens: 300, outputTokens: 150, costUsd: 0, unpricedCalls: 4 });
    expect(app.log.warnings).toEqual([
      expect.stringContaining('"unheard-of" has no price'),
      expect.stringContaining('"also unheard-of" has no price'),
    ]);
    expect((await app.samples()).value('crew_model_unpriced_calls_total', { model: 'unheard-of' })).toBe(3);
  });

  it.each(['constructor', '__proto__', 'toString'])('has none from the prototype of the table: %s', async (model) => {
    const { metrics } = await start();
    expect(metrics.recordModelCall({ model, inputTokens: 1_000 })).toEqual({});
  });

  it('is nothing to log for an application that gives no prices at all', async () => {
    const { metrics, log } = await start({});
    metrics.recordModelCall({ model: 'gpt-4', inputTokens: 1_000 });
    expect(log.warnings).toEqual([]);
    expect(metrics.getSystemMetrics().tokenUsage.unpricedCalls).toBe(1);
  });

  it('fills no log, however many there are', async () => {
    const { metrics, log } = await start();
    for (let i = 0; i < 1_000; i += 1) metrics.recordModelCall({ model: `invented ${i}` });
    expect(log.warnings).toHaveLength(100);
  });
});

describe('Token counts', () => {
  it.each([
    ['missing', {}],
    ['undefined', { inputTokens: undefined, outputTokens: undefined, reasoningTokens: undefined }],
    ['null', { inputTokens: null, outputTokens: null, cachedInputTokens: null, cacheWriteTokens: null }],
  ])('that are %s are 0', async (_what, tokens) => {
    const { metrics } = await start();
    expect(metrics.recordModelCall({ model: 'gpt-4', ...tokens })).toEqual({ costUsd: 0 });
    expect(metrics.getModelMetrics('gpt-4')?.tokenUsage).toEqual({ ...NO_USAGE, calls: 1 });
  });

  it.each([
    ['inputTokens', NaN],
    ['outputTokens', -1],
    ['cachedInputTokens', Infinity],
    ['cacheWriteTokens', '12'],
    ['reasoningTokens', {}],
    ['costUsd', NaN],
    ['durationMs', -1],
    ['timeToFirstTokenMs', NaN],
    ['model', ''],
    ['provider', 7],
    ['status', 'fine'],
  ])('and other fields that are wrong drop the record, and are logged once: %s', async (field, value) => {
    const { metrics, log } = await start();
    const record = { model: 'gpt-4', inputTokens: 1_000, [field]: value } as never;
    for (let i = 0; i < 3; i += 1) expect(metrics.recordModelCall(record)).toEqual({});
    expect(metrics.getSystemMetrics()).toMatchObject({ tokenUsage: NO_USAGE, lastUpdated: null });
    expect(metrics.getModels().size).toBe(0);
    expect(metrics.getHistory()).toEqual([]);
    expect(log.warnings).toEqual([expect.stringContaining(`recordModelCall: ${field} is`)]);
  });

  it('that are wrong throw where the application is strict', async () => {
    const { metrics } = await CollectionApp.start({ strict: true });
    expect(() => metrics.recordModelCall({ model: 'gpt-4', inputTokens: NaN })).toThrow(
      new RangeError('recordModelCall: inputTokens is NaN; it must be a number from 0 to 2^53 - 1.'),
    );
  });

  it('stand beside fields of other kinds of records, which say nothing', async () => {
    const { metrics } = await start();
    const record = { model: 'gpt-4', inputTokens: 1_000, endTime: 'now', retries: NaN, inputBytes: 'many' };
    expect(metrics.recordModelCall(record as never)).toEqual({ costUsd: 0.03 });
    expect(metrics.getModelMetrics('gpt-4')).toMatchObject({ executionCount: 1, retryCount: 0 });
    expect(metrics.getHistory()).toEqual([expect.objectContaining({ retries: 0, inputBytes: 0 })]);
  });

  it('of a part are never more than those of the whole', async () => {
    const app = await start();
    app.metrics.recordModelCall({ model: 'gpt-4', cachedInputTokens: 40, cacheWriteTokens: 2, reasoningTokens: 7 });
    expect(app.metrics.getModelMetrics('gpt-4')?.tokenUsage).toMatchObject({ inputTokens: 42, outputTokens: 7 });
    const samples = await app.samples();
    for (const { value } of samples.all('crew_model_tokens_total')) expect(value).toBeGreaterThanOrEqual(0);
  });

  it.each<[string, Partial<Record<string, number>>, Partial<Record<string, number>>]>([
    [
      'cached input',
      { inputTokens: 4_000, cachedInputTokens: 5_000 },
      { input: 4_000, cached_input: 5_000, cache_write: 0 },
    ],
    [
      'input written to the cache',
      { inputTokens: 12, cacheWriteTokens: 2_048 },
      { input: 12, cached_input: 0, cache_write: 2_048 },
    ],
    [
      'both, each less than the whole',
      { inputTokens: 700, cachedInputTokens: 600, cacheWriteTokens: 500 },
      { input: 700, cached_input: 600, cache_write: 500 },
    ],
    ['reasoning', { outputTokens: 120, reasoningTokens: 900 }, { output: 120, reasoning: 900 }],
    ['as many as the whole', { inputTokens: 50, cachedInputTokens: 50 }, { input: 0, cached_input: 50 }],
  ])('of parts that are more than their whole stand beside it: %s', async (_what, tokens, expected) => {
    const app = await start();
    app.metrics.recordModelCall({ model: 'gpt-4', ...tokens });
    const samples = await app.samples();
    const byType = samples.all('crew_model_tokens_total').map(({ labels, value }) => [labels['type'], value]);
    expect(Object.fromEntries(byType)).toMatchObject(expected);
    const total = Object.values(expected).reduce<number>((sum, count = 0) => sum + count, 0);
    expect(app.metrics.getModelMetrics('gpt-4')?.tokenUsage.totalTokens).toBe(total);
  });

  it('of parts beside their whole are paid for, each at its own rate', async () => {
    const { metrics } = await start();
    const { costUsd } = metrics.recordModelCall({ model: 'claude', inputTokens: 4_000, cachedInputTokens: 5_000 });
    // 4,000 at 3 and 5,000 at 0.30 dollars a million.
    expect(costUsd).toBeCloseTo(0.0135, 12);
    const thoughts = metrics.recordModelCall({ model: 'claude', outputTokens: 100, reasoningTokens: 400 });
    expect(thoughts.costUsd).toBeCloseTo(0.0075, 12);
  });

  it('that are fractions are counted in whole tokens, and no part is ever less than nothing', async () => {
    const app = await start();
    for (let call = 0; call < 10; call += 1) {
      app.metrics.recordModelCall({ model: 'gpt-4', inputTokens: 10.6, cachedInputTokens: 10.5, outputTokens: 0.1 });
      app.metrics.recordModelCall({ model: 'gpt-4', inputTokens: 0.3, cachedInputTokens: 0.1, cacheWriteTokens: 0.2 });
      app.metrics.recordModelCall({ model: 'gpt-4', inputTokens: 11, cachedInputTokens: 5.5, cacheWriteTokens: 5.5 });
      app.metrics.recordModelCall({ model: 'gpt-4', inputTokens: 3.3, cachedInputTokens: 1.1, cacheWriteTokens: 2.2 });
    }
    const samples = await app.samples();
    const byType = samples.all('crew_model_tokens_total').map(({ labels, value }) => [labels['type'], value]);
    expect(Object.fromEntries(byType)).toEqual({
      input: 0,
      cached_input: 180,
      cache_write: 80,
      output: 0,
      reasoning: 0,
    });
    expect(app.metrics.getModelMetrics('gpt-4')?.tokenUsage).toMatchObject({ inputTokens: 260, totalTokens: 260 });
  });

  it('that a tracked call reports are completed alike', async () => {
    const app = await start();
    const usage = () => ({ inputTokens: 4_000.4, cachedInputTokens: 5_000 });
    app.app.get(ExecutionTracker).trackModel({ model: 'gpt-4', usage }, () => 'text');
    expect(app.metrics.getModelMetrics('gpt-4')?.tokenUsage).toMatchObject({ inputTokens: 9_000, totalTokens: 9_000 });
  });

  it('are partitioned by type in the text', async () => {
    const app = await start();
    app.metrics.recordModelCall({
      model: 'gpt-4',
      agentId: 'writer',
      inputTokens: 1_000,
      cachedInputTokens: 600,
      cacheWriteTokens: 100,
      outputTokens: 500,
      reasoningTokens: 450,
    });
    const samples = await app.samples();
    const byType = samples.all('crew_model_tokens_total').map(({ labels, value }) => [labels['type'], value]);
    expect(Object.fromEntries(byType)).toEqual({
      input: 300,
      cached_input: 600,
      cache_write: 100,
      output: 50,
      reasoning: 450,
    });
    expect(samples.sum('crew_model_tokens_total', { agent: 'writer', model: 'gpt-4' })).toBe(1_500);
  });
});

describe('Model calls', () => {
  const record = ({ metrics }: CollectionApp) => {
    const call = { inputTokens: 1_000, outputTokens: 500 };
    metrics.recordModelCall({ model: 'gpt-4', provider: 'openai', agentId: 'writer', durationMs: 2_000, ...call });
    metrics.recordModelCall({ model: 'gpt-4', provider: 'azure', agentId: 'critic', durationMs: 4_000, ...call });
    metrics.recordModelCall({ model: 'gpt-4', provider: 'azure', agentId: 'writer', status: 'timeout' });
    metrics.recordModelCall({ model: 'gpt-4o', agentId: 'writer', status: 'error', inputTokens: 4_000 });
    metrics.recordModelCall({ model: 'gpt-4o', inputTokens: 4_000 });
  };

  it('are counted per agent, per model and in total', async () => {
    const app = await start();
    record(app);
    const document = await app.json<CollectedDocument>();
    expect(document.system_metrics.token_usage).toMatchObject({ calls: 5, input_tokens: 10_000, output_tokens: 1_000 });
    expect(document.system_metrics.token_usage).toMatchObject({
      total_tokens: 11_000,
      cost_usd: expect.closeTo(0.14, 12) as number,
    });
    expect(document.agent_metrics['writer']?.token_usage).toMatchObject({
      calls: 3,
      total_tokens: 5_500,
      cost_usd: expect.closeTo(0.07, 12) as number,
    });
    expect(document.agent_metrics['critic']?.token_usage).toMatchObject({
      calls: 1,
      total_tokens: 1_500,
      cost_usd: 0.06,
    });
    expect(document.model_metrics['gpt-4']).toMatchObject({
      model: 'gpt-4',
      provider: 'openai',
      execution_count: 3,
      success_count: 2,
      error_count: 0,
      timeout_count: 1,
      in_progress: 0,
      total_duration: '6s',
      average_duration: '3s',
      min_duration: '2s',
      max_duration: '4s',
      token_usage: { calls: 3, input_tokens: 2_000, output_tokens: 1_000, cost_usd: 0.12, unpriced_calls: 0 },
    });
    expect(document.model_metrics['gpt-4o']).toMatchObject({
      execution_count: 2,
      error_count: 1,
      total_duration: '0s',
    });
  });

  it('are no requests and no executions of the agent', async () => {
    const { metrics } = await start();
    metrics.recordModelCall({ model: 'gpt-4', agentId: 'writer', status: 'error' });
    expect(metrics.getSystemMetrics().totalRequests).toBe(0);
    expect(metrics.getAgentMetrics('writer')).toMatchObject({ executionCount: 0, tokenUsage: { calls: 1 } });
  });

  it('are counted per agent, model and provider in the text, which agrees with the JSON', async () => {
    const app = await start();
    record(app);
    const samples = await app.samples();
    const azure = { model: 'gpt-4', provider: 'azure' };
    expect(samples.value('crew_model_calls_total', { ...azure, agent: 'critic', status: 'success' })).toBe(1);
    expect(samples.value('crew_model_calls_total', { ...azure, agent: 'writer', status: 'timeout' })).toBe(1);
    expect(samples.value('crew_model_calls_total', { model: 'gpt-4o', status: 'success' })).toBe(1);
    expect(samples.value('crew_model_calls_total', { model: 'gpt-4o', status: 'cancelled' })).toBe(0);
    expect(samples.value('crew_model_call_duration_seconds_sum', azure)).toBe(4);
    expect(samples.value('crew_model_call_duration_seconds_bucket', { ...azure, le: '2.5' })).toBe(0);
    expect(samples.value('crew_model_call_duration_seconds_bucket', { ...azure, le: '5.0' })).toBe(1);
    expect(samples.value('crew_model_cost_usd_total', { agent: 'critic', model: 'gpt-4' })).toBe(0.06);
    expectAgreement(await app.json(), samples);
  });

  it('tell the time to the first token, of those that told it', async () => {
    const app = await start();
    const call = { model: 'gpt-4', provider: 'openai' };
    app.metrics.recordModelCall({ ...call, durationMs: 2_000, timeToFirstTokenMs: 300, agentId: 'writer' });
    app.metrics.recordModelCall({ ...call, durationMs: 2_000, timeToFirstTokenMs: 0 });
    app.metrics.recordModelCall({ ...call, durationMs: 2_000 });
    const samples = await app.samples();
    expect(samples.value('crew_model_time_to_first_token_seconds_count', call)).toBe(2);
    expect(samples.value('crew_model_time_to_first_token_seconds_sum', call)).toBe(0.3);
    expect(samples.value('crew_model_time_to_first_token_seconds_bucket', { ...call, le: '0.1' })).toBe(1);
    expect(samples.value('crew_model_call_duration_seconds_count', call)).toBe(3);
    expect(app.metrics.getHistory()[2]).toMatchObject({ kind: 'model', timeToFirstChunkSeconds: 0.3 });
  });

  it('name the first provider that was named', async () => {
    const { metrics } = await start();
    metrics.recordModelCall({ model: 'gpt-4' });
    expect(metrics.getModelMetrics('gpt-4')?.provider).toBe('');
    metrics.recordModelCall({ model: 'gpt-4', provider: 'azure' });
    metrics.recordModelCall({ model: 'gpt-4', provider: 'openai' });
    expect(metrics.getModelMetrics('gpt-4')?.provider).toBe('azure');
  });

  it('are in the history, with the type of their error', async () => {
    const { metrics, clock } = await start();
    clock.advance(10_000);
    metrics.recordModelCall({ model: 'gpt-4', status: 'error', errorType: 'RateLimitError', durationMs: 1_500 });
    metrics.recordModelCall({ model: 'gpt-4', status: 'timeout', agentId: 'writer' });
    const [timeout, error] = metrics.getHistory({ kind: 'model' });
    expect(error).toMatchObject({ model: 'gpt-4', status: 'error', errorType: 'RateLimitError', durationMs: 1_500 });
    expect(error?.startTime).toEqual(new Date('2025-01-01T00:00:08.500Z'));
    expect(timeout).toMatchObject({ agentId: 'writer', timedOut: true, errorType: 'TimeoutError', durationMs: 0 });
  });

  it('are read as immutable copies', async () => {
    const { metrics } = await start();
    metrics.recordModelCall({ model: 'gpt-4', inputTokens: 10 });
    const before = metrics.getModelMetrics('gpt-4')!;
    metrics.recordModelCall({ model: 'gpt-4', inputTokens: 10 });
    expect(before.tokenUsage.inputTokens).toBe(10);
    expect(Object.isFrozen(before) && Object.isFrozen(before.tokenUsage)).toBe(true);
    expect(metrics.getModelMetrics('gpt-5')).toBeUndefined();
  });

  it('record nothing while disabled', async () => {
    const { metrics } = await start();
    metrics.disable();
    expect(metrics.recordModelCall({ model: 'gpt-4', inputTokens: 1_000 })).toEqual({});
    metrics.enable();
    expect(metrics.getModels().size).toBe(0);
  });
});

@Injectable()
class Writer {
  constructor(private readonly metrics: MetricsCollector) {}

  @TrackAgent('writer')
  async write(): Promise<void> {
    await Promise.resolve();
    this.call();
    await this.review();
    this.call();
    this.metrics.recordModelCall({ model: 'gpt-4', agentId: 'somebody else' });
  }

  @TrackAgent('reviewer')
  private async review(): Promise<void> {
    await Promise.resolve();
    this.call();
  }

  call(): void {
    this.metrics.recordModelCall({ model: 'gpt-4', inputTokens: 1_000 });
  }
}

describe('A model call without an agent of its own', () => {
  it('belongs to the agent in whose context it is made', async () => {
    const { app, metrics } = await CollectionApp.start({ pricing: PRICES }, { providers: [Writer] });
    await Promise.all([app.get(Writer).write(), app.get(Writer).write()]);
    app.get(Writer).call();
    const callsOf = (agent: string) => metrics.getAgentMetrics(agent)?.tokenUsage.calls;
    expect([callsOf('writer'), callsOf('reviewer'), callsOf('somebody else')]).toEqual([4, 2, 2]);
    expect(metrics.getSystemMetrics().tokenUsage.calls).toBe(9);
    const [outside, ...inside] = metrics.getHistory({ kind: 'model' });
    expect(outside).toMatchObject({ agentId: undefined, parentId: undefined, requestId: undefined });
    for (const { requestId } of inside) expect(requestId).toMatch(/^[\da-f]+-/);
  });

  it('belongs to none without the async context', async () => {
    const { app, metrics } = await CollectionApp.start({ asyncContext: false }, { providers: [Writer] });
    await app.get(Writer).write();
    expect(metrics.getAgentMetrics('writer')?.tokenUsage.calls).toBe(0);
    expect(metrics.getSystemMetrics().tokenUsage.calls).toBe(4);
  });
});

describe('A record of a call that is tracked', () => {
  const usage = { inputTokens: 1_000, outputTokens: 500 };
  const counts = ({ metrics }: CollectionApp, model = 'gpt-4') => {
    const { successCount, errorCount, timeoutCount, cancelledCount, tokenUsage } = metrics.getModelMetrics(model)!;
    return [successCount, errorCount, timeoutCount, cancelledCount, tokenUsage.totalTokens];
  };
  async function* stream() {
    yield 'a';
    yield 'b';
    yield 'usage';
  }
  const readAll = async (chunks: AsyncIterable<string>) => {
    const read: string[] = [];
    for await (const chunk of chunks) read.push(chunk);
    return read;
  };
  /** What an SDK's client does: it answers with a stream. */
  const create = (app: CollectionApp, provider?: string) =>
    app.tracker.trackModel({ model: 'gpt-4', provider }, async () => stream());
  /** An agent that reads such a stream, and records its usage as it comes. */
  const chat = (app: CollectionApp, record: (chunk: string) => void, provider?: string) =>
    app.tracker.trackAgent('chat', async () => {
      for await (const chunk of await create(app, provider)) record(chunk);
    });

  it('adds to the only one that the same agent has open', async () => {
    const app = await start();
    await chat(
      app,
      (chunk) => {
        if (chunk === 'usage') app.metrics.recordModelCall({ model: 'gpt-4', provider: 'openai', ...usage });
      },
      'openai',
    );
    expect(counts(app)).toEqual([1, 0, 0, 0, 1_500]);
    expect(app.metrics.getAgentMetrics('chat')!.tokenUsage).toMatchObject({
      calls: 1,
      totalTokens: 1_500,
      costUsd: 0.06,
    });
    expect(app.metrics.getHistory({ kind: 'model' })).toHaveLength(1);
  });

  it('adds in each of two requests to its own', async () => {
    const app = await start();
    await Promise.all(
      [100, 20].map((inputTokens) =>
        chat(app, (chunk) => void (chunk === 'a' && app.metrics.recordModelCall({ model: 'gpt-4', inputTokens }))),
      ),
    );
    expect(counts(app)).toEqual([2, 0, 0, 0, 120]);
  });

  it.each<[string, ModelCallRecord]>([
    ['of another model', { model: 'gpt-4o' }],
    ['of another provider', { model: 'gpt-4', provider: 'azure' }],
    ['of another agent', { model: 'gpt-4', agentId: 'writer' }],
  ])('counts by itself where it is one %s', async (_what, record) => {
    const app = await start();
    await chat(app, (chunk) => void (chunk === 'a' && app.metrics.recordModelCall({ ...record, ...usage })), 'openai');
    const calls = app.metrics.getHistory({ kind: 'model' }).length;
    expect([calls, app.metrics.getSystemMetrics().tokenUsage.calls]).toEqual([2, 2]);
  });

  it('counts by itself where the agent has two open, or none any more', async () => {
    const app = await start();
    await app.tracker.trackAgent('chat', async () => {
      const streams = [await create(app), await create(app)];
      app.metrics.recordModelCall({ model: 'gpt-4', ...usage });
      for (const each of streams) await readAll(each);
      app.metrics.recordModelCall({ model: 'gpt-4', ...usage });
    });
    expect(counts(app)).toEqual([4, 0, 0, 0, 3_000]);
  });

  it('adds outside any agent, and from outside where it names the agent', async () => {
    const app = await start();
    const open = await create(app);
    app.metrics.recordModelCall({ model: 'gpt-4', inputTokens: 1 });
    const inside = await app.tracker.trackAgent('chat', () => create(app));
    app.metrics.recordModelCall({ model: 'gpt-4', agentId: 'chat', inputTokens: 10 });
    for (const each of [open, inside]) await readAll(each);
    expect(counts(app)).toEqual([2, 0, 0, 0, 11]);
    expect(app.metrics.getAgentMetrics('chat')!.tokenUsage).toMatchObject({ calls: 1, totalTokens: 10 });
  });

  it('adds status, error type and first token to the call that it is made in', async () => {
    const app = await start();
    const call = { model: 'gpt-4', provider: 'openai' };
    await app.tracker.trackModel(call, async () => {
      const outcome = { status: 'error', errorType: 'Overloaded', timeToFirstTokenMs: 250 } as const;
      app.metrics.recordModelCall({ model: 'gpt-4', ...usage, ...outcome });
      app.clock.advance(1_000);
    });
    expect(counts(app)).toEqual([0, 1, 0, 0, 1_500]);
    expect(app.metrics.getHistory()[0]).toMatchObject({
      status: 'error',
      errorType: 'Overloaded',
      durationMs: 1_000,
      timeToFirstChunkSeconds: 0.25,
    });
    const samples = await app.samples();
    expect(samples.value('crew_model_time_to_first_token_seconds_sum', call)).toBe(0.25);
  });

  it.each<[string, Partial<ModelCallRecord>]>([
    ['durationMs', { durationMs: 5 }],
    ['agentId', { agentId: 'writer' }],
    ['provider', { provider: 'azure' }],
    ['errorType', { errorType: 'Overloaded' }],
  ])('is refused as a whole with a field that cannot be added: %s', async (field, given) => {
    const record = { model: 'gpt-4', ...usage, status: undefined, ...given };
    const inside = (app: CollectionApp) =>
      app.tracker.trackModel({ model: 'gpt-4', provider: 'openai' }, () => app.metrics.recordModelCall(record));
    const app = await start();
    expect([inside(app), inside(app)]).toEqual([{}, {}]);
    expect(counts(app)).toEqual([2, 0, 0, 0, 0]);
    expect(app.log.warnings).toEqual([expect.stringContaining(`recordModelCall: ${field} `)]);
    const strict = await CollectionApp.start({ strict: true });
    expect(() => inside(strict)).toThrow(RangeError);
  });

  it('adds tokens after the end of the call that it is made in, and nothing else', async () => {
    const app = await start();
    const reports: Promise<unknown>[] = [];
    app.tracker.trackModel('gpt-4', () => {
      reports.push(Promise.resolve().then(() => app.metrics.recordModelCall({ model: 'gpt-4', ...usage })));
      reports.push(
        Promise.resolve().then(() => app.metrics.recordModelCall({ model: 'gpt-4', ...usage, status: 'error' })),
      );
    });
    expect(await Promise.all(reports)).toEqual([{ costUsd: 0.06 }, {}]);
    expect(counts(app)).toEqual([1, 0, 0, 0, 1_500]);
    expect(app.log.warnings).toEqual([expect.stringContaining('recordModelCall: status comes after the end')]);
  });
});
