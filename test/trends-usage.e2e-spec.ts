import * as fc from 'fast-check';
import type { TrendUsage, UsageTrend } from '../src';
import { CollectionApp } from './support/collection-app';

jest.setTimeout(60_000);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const PRICE = { inputPerMillion: 1, outputPerMillion: 10 };

const start = () => CollectionApp.start({ pricing: { gpt: PRICE }, buckets: { model: [0.1, 1, 10] } });

const usageOf = ({ tokens, costUsd }: TrendUsage) => ({ tokens, costUsd });

describe('Trends of models', () => {
  it('have the calls of all agents and providers', async () => {
    const { metrics } = await start();
    metrics.recordModelCall({ model: 'gpt', provider: 'a', agentId: 'writer', durationMs: 400 });
    metrics.recordModelCall({ model: 'gpt', provider: 'b', agentId: 'editor', durationMs: 600, status: 'timeout' });
    metrics.recordModelCall({ model: 'gpt', durationMs: 500, status: 'cancelled' });
    metrics.recordModelCall({ model: 'other', durationMs: 1, status: 'error' });
    const { models } = metrics.getTrends();
    expect(models['gpt']).toMatchObject({ count: 3, ratePerSecond: 3, errorRate: 1 / 3, averageSeconds: 0.5 });
    expect(models['gpt']!.points).toMatchObject([{ count: 3, errors: 1 }]);
    expect(models['other']).toMatchObject({ count: 1, errorRate: 1, p95Seconds: 0.001 });
  });

  it('count calls whose duration nobody measured, and say nothing of how long they took', async () => {
    const { metrics } = await start();
    metrics.recordModelCall({ model: 'gpt' });
    metrics.recordModelCall({ model: 'gpt', status: 'error' });
    const unmeasured = { averageSeconds: 0, p50Seconds: 0, p95Seconds: 0, p99Seconds: 0 };
    expect(metrics.getTrends().models['gpt']).toMatchObject({ count: 2, errorRate: 0.5, ...unmeasured });
    metrics.recordModelCall({ model: 'gpt', durationMs: 2_000 });
    const measured = { averageSeconds: 2, p50Seconds: 2, p95Seconds: 2, p99Seconds: 2 };
    expect(metrics.getTrends().models['gpt']).toMatchObject({ count: 3, errorRate: 1 / 3, ...measured });
  });

  it('keep such calls apart after they have been written away', async () => {
    const { clock, metrics } = await start();
    clock.advance(2 * MINUTE);
    for (let second = 0; second < 60; second += 1) {
      metrics.recordModelCall({ model: 'gpt' });
      if (second % 2 === 0) metrics.recordModelCall({ model: 'gpt', durationMs: 500 });
      clock.advance(SECOND);
    }
    clock.advance(10 * MINUTE);
    metrics.recordModelCall({ model: 'gpt' });
    const trend = metrics.getTrends({ window: '1h' }).models['gpt'];
    expect(trend).toMatchObject({ count: 91, averageSeconds: 0.5, p50Seconds: 0.3, p99Seconds: 0.5 });
  });

  it('tell a change only from durations', async () => {
    const { clock, metrics } = await start();
    const call = (durationMs?: number) => {
      for (let i = 0; i < 10; i += 1) metrics.recordModelCall({ model: 'gpt', durationMs });
    };
    clock.advance(MINUTE);
    call();
    clock.advance(MINUTE);
    call();
    const change = () => metrics.getTrends({ window: '1m' }).models['gpt']!.change;
    expect(change()).toBe('insufficient_data');
    clock.advance(2 * MINUTE);
    call(500);
    clock.advance(MINUTE);
    call(1_000);
    expect(change()).toBe('up');
  });

  it('have what has no series of its own as __other__', async () => {
    const { metrics } = await CollectionApp.start({ maxSeries: 1 });
    for (const model of ['a', 'b', 'c']) metrics.recordModelCall({ model, inputTokens: 5, durationMs: 1 });
    const { system, models } = metrics.getTrends();
    expect(models).toMatchObject({ a: { count: 1, tokens: 5 }, __other__: { count: 2, tokens: 10 } });
    expect(Object.keys(models)).toHaveLength(2);
    expect(system.tokens).toBe(15);
  });
});

describe('Trends of tokens and cost', () => {
  it('are of an agent its own calls, of the system all', async () => {
    const { metrics } = await start();
    const call = { model: 'gpt', inputTokens: 1_000, outputTokens: 200 };
    metrics.recordModelCall({ ...call, agentId: 'writer' });
    metrics.recordModelCall({ ...call, agentId: 'editor', costUsd: 0.5 });
    metrics.recordModelCall({ model: 'unpriced', cachedInputTokens: 10, reasoningTokens: 5 });
    const { system, agents, models } = metrics.getTrends();
    expect(usageOf(system)).toEqual({ tokens: 2_415, costUsd: 0.503 });
    expect(usageOf(agents['writer']!)).toEqual({ tokens: 1_200, costUsd: 0.003 });
    expect(usageOf(agents['editor']!)).toEqual({ tokens: 1_200, costUsd: 0.5 });
    expect(usageOf(models['gpt']!)).toEqual({ tokens: 2_400, costUsd: 0.503 });
    expect(usageOf(models['unpriced']!)).toEqual({ tokens: 15, costUsd: 0 });
    // The agents have not ended yet, nor any request.
    expect([system.count, agents['writer']!.count, agents['writer']!.points.length]).toEqual([0, 0, 1]);
  });

  it('are of the calls that a result or a record tells of, too', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    const usage = (result: { input: number }) => ({ inputTokens: result.input });
    tracker.trackAgent('writer', () => {
      tracker.trackModel({ model: 'gpt', usage }, () => ({ input: 3_000 }));
      tracker.trackModel('gpt', () => metrics.recordModelCall({ model: 'gpt', outputTokens: 100 }));
    });
    const { system, agents, tools, models } = metrics.getTrends();
    for (const trend of [system, agents['writer']!, models['gpt']!]) {
      expect(usageOf(trend)).toEqual({ tokens: 3_100, costUsd: 0.004 });
    }
    expect(models['gpt']!.count).toBe(2);
    expect(tools).toEqual({});
  });

  it('stand where they were used up, also in the window before', async () => {
    const { clock, metrics } = await start();
    const call = { model: 'gpt', agentId: 'writer', inputTokens: 1_000 };
    clock.advance(MINUTE + 500);
    metrics.recordModelCall(call);
    clock.advance(MINUTE);
    metrics.recordModelCall(call);
    clock.advance(SECOND);
    metrics.recordAgentExecution({ agentId: 'writer', durationMs: 100, status: 'success' });
    metrics.recordModelCall(call);
    metrics.recordModelCall({ ...call, costUsd: 1e-9 });
    const { system, agents } = metrics.getTrends({ window: '1m' });
    for (const trend of [system, agents['writer']!]) {
      expect(usageOf(trend)).toEqual({ tokens: 3_000, costUsd: 0.002000001 });
      expect(usageOf(trend.previous!)).toEqual({ tokens: 1_000, costUsd: 0.001 });
    }
    expect(agents['writer']!.points).toEqual([
      {
        startTime: new Date('2025-01-01T00:02:00Z'),
        count: 0,
        errors: 0,
        p95Seconds: 0,
        tokens: 1_000,
        costUsd: 0.001,
      },
      {
        startTime: new Date('2025-01-01T00:02:01Z'),
        count: 1,
        errors: 0,
        p95Seconds: 0.1,
        tokens: 2_000,
        costUsd: 0.001000001,
      },
    ]);
  });

  it('begin anew with a reset', async () => {
    const { metrics } = await start();
    metrics.recordModelCall({ model: 'gpt', agentId: 'writer', inputTokens: 1_000 });
    metrics.reset();
    expect(metrics.getTrends()).toMatchObject({ system: { tokens: 0, costUsd: 0 }, agents: {}, models: {} });
  });
});

const call = fc.record({
  model: fc.constantFrom('gpt', 'other', '__proto__'),
  agentId: fc.constantFrom('writer', 'editor', '__proto__', undefined),
  inputTokens: fc.nat(100_000),
  outputTokens: fc.nat(10_000),
  costUsd: fc.option(
    fc.nat(1e9).map((billionths) => billionths / 1e9),
    { nil: undefined },
  ),
  durationMs: fc.option(fc.nat(20_000), { nil: undefined }),
  status: fc.constantFrom('success' as const, 'error' as const),
  gapMs: fc.oneof({ weight: 4, arbitrary: fc.nat(5_000) }, fc.nat(4 * MINUTE), fc.nat(120 * MINUTE)),
});

const billionths = (costUsd: number) => Math.round(costUsd * 1e9);

/** What the points of a trend say together. */
function sumOf({ points }: Pick<UsageTrend, 'points'>) {
  const sum = { count: 0, tokens: 0, costNanoUsd: 0, errors: 0 };
  for (const { count, tokens, costUsd, errors } of points) {
    sum.count += count;
    sum.tokens += tokens;
    sum.costNanoUsd += billionths(costUsd);
    sum.errors += errors;
  }
  return sum;
}

describe('Trends of random model calls over hours', () => {
  it('are what their points are together, and models together are the system', async () => {
    const app = await CollectionApp.start();
    fc.assert(
      fc.property(fc.array(call, { minLength: 20, maxLength: 300 }), (calls) => {
        app.metrics.reset();
        const startedAt = app.clock.now();
        let recorded = { tokens: 0, costNanoUsd: 0 };
        for (const { gapMs, ...record } of calls) {
          app.metrics.recordModelCall(record);
          recorded = {
            tokens: recorded.tokens + record.inputTokens + record.outputTokens,
            costNanoUsd: recorded.costNanoUsd + billionths(record.costUsd ?? 0),
          };
          app.clock.advance(gapMs);
        }
        for (const window of ['1m', '5m', '15m', '1h'] as const) {
          const { system, agents, models } = app.metrics.getTrends({ window });
          for (const trend of [system, ...Object.values(agents), ...Object.values(models)]) {
            const { count, tokens, costUsd, errorRate } = trend;
            const figures = { count, tokens, costNanoUsd: billionths(costUsd), errors: Math.round(errorRate * count) };
            expect(sumOf(trend)).toEqual(figures);
          }
          const ofModels = Object.values(models).map(({ tokens, costUsd }) => [tokens, billionths(costUsd)] as const);
          expect(ofModels.reduce((sum, [tokens]) => sum + tokens, 0)).toBe(system.tokens);
          expect(ofModels.reduce((sum, [, cost]) => sum + cost, 0)).toBe(billionths(system.costUsd));
          if (app.clock.now() - startedAt >= 59 * MINUTE || window !== '1h') continue;
          expect([system.tokens, billionths(system.costUsd)]).toEqual([recorded.tokens, recorded.costNanoUsd]);
        }
      }),
      { numRuns: 25 },
    );
  });
});
