import * as fc from 'fast-check';
import type { ExecutionStatus, TrendFigures } from '../src';
import { ManualClock } from '../src/testing';
import { CollectionApp } from './support/collection-app';
import type { TrendsDocument } from './support/collected-document';

// Takes a few seconds, and more where other tests run beside it.
jest.setTimeout(60_000);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BOUNDS = [0.05, 0.2, 1, 5, 30];
const WINDOWS = { '1m': 60, '5m': 300, '15m': 900, '1h': 3_600 } as const;
type Window = keyof typeof WINDOWS;
const WINDOW_NAMES = Object.keys(WINDOWS) as Window[];

const start = () => CollectionApp.start({ buckets: { request: BOUNDS, agent: BOUNDS, tool: BOUNDS } });

const runTool = ({ metrics }: CollectionApp, durationMs = 500, status: ExecutionStatus = 'success') =>
  metrics.recordToolExecution({ toolName: 'search', durationMs, status });

const toolTrend = ({ metrics }: CollectionApp, window: Window) => metrics.getTrends({ window }).tools['search']!;

/** A clock that for a while reads something else than the time. */
class FaultyClock extends ManualClock {
  read = (now: number) => now;

  override now(): number {
    return this.read(super.now());
  }
}

const NOTHING = {
  count: 0,
  ratePerSecond: 0,
  errorRate: 0,
  averageSeconds: 0,
  p50Seconds: 0,
  p95Seconds: 0,
  p99Seconds: 0,
};

describe('Trends', () => {
  it('have figures of requests, agents and tools', async () => {
    const app = await start();
    const execution = { agentId: 'writer', durationMs: 2_000 };
    app.metrics.recordAgentExecution({ ...execution, status: 'success' });
    app.metrics.recordAgentExecution({ ...execution, durationMs: 4_000, status: 'error' });
    app.metrics.recordAgentExecution({ ...execution, durationMs: 3_000, status: 'cancelled' });
    app.metrics.recordAgentExecution({ ...execution, durationMs: 3_000, status: 'timeout' });
    app.tracker.trackAgent('editor', () => app.metrics.recordAgentExecution({ ...execution, status: 'success' }));
    runTool(app, 100);
    const { window, slotSeconds, system, agents, tools } = app.metrics.getTrends({ window: '5m' });
    expect([window, slotSeconds]).toEqual(['5m', 5]);
    expect(system).toMatchObject({ count: 5, errorRate: 0.4, averageSeconds: 2.4 });
    expect(agents['writer']).toMatchObject({ count: 5, errorRate: 0.4, averageSeconds: 2.8 });
    expect(agents['editor']).toMatchObject({ count: 1, errorRate: 0 });
    expect(tools).toEqual({
      search: expect.objectContaining({ count: 1, averageSeconds: 0.1, p99Seconds: 0.1 }) as unknown,
    });
  });

  it.each(WINDOW_NAMES)('of %s have the present and the one before', async (window) => {
    const app = await start();
    const seconds = WINDOWS[window];
    app.clock.advance(seconds * SECOND);
    for (let i = 0; i < 4; i += 1) runTool(app, 200, 'error');
    app.clock.advance((seconds - 1) * SECOND);
    expect(toolTrend(app, window)).toMatchObject({ count: 4, ratePerSecond: 4 / seconds });
    app.clock.advance(SECOND);
    runTool(app, 400);
    const trend = toolTrend(app, window);
    expect(trend).toMatchObject({ count: 1, ratePerSecond: 1 / seconds, errorRate: 0, averageSeconds: 0.4 });
    expect(trend.previous).toMatchObject({ count: 4, ratePerSecond: 4 / seconds, errorRate: 1, p50Seconds: 0.125 });
    app.clock.advance(seconds * SECOND);
    expect(toolTrend(app, window)).toMatchObject({ ...NOTHING, previous: { count: 1 } });
    app.clock.advance(seconds * SECOND);
    expect(toolTrend(app, window)).toMatchObject({ ...NOTHING, previous: NOTHING, points: [] });
  });

  it('are of the last quarter of an hour unless another window is asked for', async () => {
    const { metrics } = await start();
    expect(metrics.getTrends()).toMatchObject({ window: '15m', slotSeconds: 15 });
    expect(metrics.getTrends({})).toMatchObject({ window: '15m' });
  });

  it.each(['2m', '', 'constructor', null, 15])('of %p are an error that lists the windows', async (window) => {
    const { metrics } = await start();
    expect(() => metrics.getTrends({ window: window as never })).toThrow(
      /^Unknown window .*: use one of 1m, 5m, 15m, 1h\.$/,
    );
  });

  it('count an execution in the slot in which it ended', async () => {
    const app = await start();
    app.clock.advance(4_999);
    runTool(app, 100, 'timeout');
    app.clock.advance(1);
    runTool(app, 200);
    runTool(app, 150, 'cancelled');
    app.clock.advance(60 * SECOND);
    runTool(app, 300);
    expect(toolTrend(app, '5m').points).toEqual([
      { startTime: new Date('2025-01-01T00:00:00Z'), count: 1, errors: 1, p95Seconds: 0.1 },
      { startTime: new Date('2025-01-01T00:00:05Z'), count: 2, errors: 0, p95Seconds: 0.2 },
      { startTime: new Date('2025-01-01T00:01:05Z'), count: 1, errors: 0, p95Seconds: 0.3 },
    ]);
  });

  it.each(WINDOW_NAMES)('of %s divide by what has passed since the start', async (window) => {
    const app = await start();
    const seconds = WINDOWS[window];
    app.clock.advance(250);
    runTool(app);
    expect(app.metrics.getTrends({ window }).coveredSeconds).toBe(0.25);
    // As over the first second, of which nobody knows yet what else it brings.
    expect(toolTrend(app, window).ratePerSecond).toBe(1);
    app.clock.advance(1_250);
    for (let i = 0; i < 5; i += 1) runTool(app);
    expect(app.metrics.getTrends({ window })).toMatchObject({
      coveredSeconds: 1.5,
      tools: { search: { ratePerSecond: 4, count: 6 } },
    });
    app.clock.advance((seconds - 2.5) * SECOND);
    expect(toolTrend(app, window).ratePerSecond).toBe(6 / (seconds - 1));
    for (let passed = 1; passed <= 3; passed += 1) {
      app.clock.advance(seconds * SECOND);
      expect(app.metrics.getTrends({ window }).coveredSeconds).toBe(seconds);
    }
  });

  it.each(WINDOW_NAMES)('of %s have none before that the process has not seen whole', async (window) => {
    const app = await start();
    const seconds = WINDOWS[window];
    app.clock.advance(1);
    app.metrics.reset();
    for (let i = 0; i < 20; i += 1) runTool(app);
    app.clock.advance(seconds * SECOND);
    for (let i = 0; i < 20; i += 1) runTool(app);
    const none = { previous: null, change: 'insufficient_data' };
    expect(toolTrend(app, window)).toMatchObject(none);
    app.clock.advance(seconds * SECOND - 2);
    // The window before has begun, and the counting a millisecond later.
    expect(toolTrend(app, window)).toMatchObject(none);
    app.clock.advance(1);
    expect(toolTrend(app, window)).toMatchObject({ count: 0, previous: { count: 20, ratePerSecond: 20 / seconds } });
    expect(app.metrics.getTrends({ window }).system.previous).toMatchObject({ ...NOTHING, tokens: 0, costUsd: 0 });
  });

  it('are of nothing after hours of silence, and go on as if nothing had been', async () => {
    const app = await start();
    for (let second = 0; second < 1_000; second += 1) {
      runTool(app);
      app.clock.advance(SECOND);
    }
    app.clock.advance(5 * HOUR);
    const silence = { ...NOTHING, previous: NOTHING, change: 'insufficient_data', points: [] };
    for (const window of WINDOW_NAMES) expect(toolTrend(app, window)).toEqual(silence);
    runTool(app);
    for (const window of WINDOW_NAMES) expect(toolTrend(app, window)).toMatchObject({ count: 1, previous: NOTHING });
  });

  it('do not notice that the wall clock jumps; their points have the times of the new one', async () => {
    const app = await start();
    for (const jumpMs of [0, 3 * HOUR, -26 * HOUR]) {
      app.clock.setWallTime(app.clock.wallTime() + jumpMs);
      runTool(app);
      app.clock.advance(SECOND);
    }
    const { count, points } = toolTrend(app, '1m');
    expect(count).toBe(3);
    expect(points.map(({ startTime }) => startTime.toISOString())).toEqual([
      '2024-12-31T01:00:00.000Z',
      '2024-12-31T01:00:01.000Z',
      '2024-12-31T01:00:02.000Z',
    ]);
  });

  it('count what ended earlier there, and what ends in the future now', async () => {
    const app = await start();
    app.clock.advance(5 * HOUR);
    const record = { toolName: 'search', durationMs: 100, status: 'success' } as const;
    const recordAt = (offsetMs: number) =>
      app.metrics.recordToolExecution({ ...record, endTime: new Date(app.clock.wallTime() + offsetMs) });
    recordAt(-90 * SECOND);
    recordAt(-9 * MINUTE);
    recordAt(-20 * MINUTE);
    recordAt(-3 * HOUR);
    recordAt(2 * HOUR);
    const countsOf = (window: Window) => [toolTrend(app, window).count, toolTrend(app, window).previous?.count];
    expect(WINDOW_NAMES.map(countsOf)).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 0],
    ]);
    expect(app.metrics.getToolMetrics('search')?.executionCount).toBe(5);
  });

  it.each([
    [1_000, 1_100, 'flat'],
    [1_000, 1_110, 'up'],
    [1_000, 900, 'flat'],
    [1_000, 890, 'down'],
    [0, 0, 'flat'],
    [0, 1, 'up'],
  ])('of %d ms that become %d ms are %s', async (before, after, change) => {
    const app = await start();
    app.clock.advance(MINUTE);
    for (let i = 0; i < 10; i += 1) runTool(app, before);
    app.clock.advance(MINUTE);
    for (let i = 0; i < 9; i += 1) runTool(app, after);
    expect(toolTrend(app, '1m').change).toBe('insufficient_data');
    runTool(app, after);
    expect(toolTrend(app, '1m').change).toBe(change);
    // Both windows in one: there is no window before.
    expect(toolTrend(app, '1h').change).toBe('insufficient_data');
  });

  it('begin anew with a reset', async () => {
    const app = await start();
    runTool(app);
    app.clock.advance(10 * SECOND);
    app.metrics.reset();
    app.clock.advance(2 * SECOND);
    expect(app.metrics.getTrends({ window: '1h' })).toMatchObject({
      coveredSeconds: 2,
      system: NOTHING,
      agents: {},
      tools: {},
      models: {},
    });
    runTool(app);
    expect(toolTrend(app, '1h').ratePerSecond).toBe(0.5);
  });

  it.each<[string, (now: number) => number]>([
    ['Infinity', () => Infinity],
    ['NaN', () => NaN],
    ['three days ahead', (now) => now + 72 * HOUR],
    ['years ahead', (now) => now + 90_000 * HOUR],
    ['years back', (now) => now - 90_000 * HOUR],
    ['the farthest number', () => Number.MAX_VALUE],
  ])('go on after a clock has read %s for a while', async (_, read) => {
    const clock = new FaultyClock();
    const app = await CollectionApp.start({}, { clock });
    const runFor = (seconds: number) => {
      for (let i = 0; i < seconds; i += 1) {
        app.tracker.trackTool('search', () => undefined);
        runTool(app, 100);
        clock.advance(SECOND);
      }
    };
    runFor(50);
    clock.read = read;
    runFor(10);
    app.metrics.getTrends({ window: '1h' });
    clock.read = (now) => now;
    runFor(200);
    expect(toolTrend(app, '1m')).toMatchObject({ count: 118, previous: { count: 120 } });
    for (const window of WINDOW_NAMES) {
      const seconds = toolTrend(app, window).points.map(({ startTime }) => startTime.getTime() / SECOND);
      expect(Math.max(...seconds)).toBeLessThanOrEqual(clock.wallTime() / SECOND);
    }
    await expect(app.json()).resolves.toBeDefined();
  });

  it('have any name for a name', async () => {
    const { metrics } = await start();
    for (const toolName of ['__proto__', 'constructor']) {
      metrics.recordToolExecution({ toolName, durationMs: 1, status: 'success' });
    }
    expect(Object.keys(metrics.getTrends().tools)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(metrics.getTrends({ names: ['__proto__', 'toString'] }).tools)).toEqual(['__proto__']);
  });

  it('are of some names where only these are asked for, in whatever form', async () => {
    const app = await start();
    const long = 'x'.repeat(200);
    for (const toolName of ['search', 'read', long]) {
      app.metrics.recordToolExecution({ toolName, agentId: 'writer', durationMs: 1, status: 'success' });
    }
    app.metrics.recordAgentExecution({ agentId: 'search', durationMs: 1, status: 'success' });
    app.metrics.recordAgentExecution({ agentId: 'writer', durationMs: 1, status: 'success' });
    app.metrics.recordModelCall({ model: 'search' });
    const namesIn = (names: string[]) => {
      const { agents, tools, models } = app.metrics.getTrends({ names });
      return [agents, tools, models].map((trends) => Object.keys(trends));
    };
    expect(namesIn(['search', 'unknown', 'search'])).toEqual([['search'], ['search'], ['search']]);
    expect(namesIn([long])).toEqual([[], ['x'.repeat(128)], []]);
    expect(namesIn([])).toEqual([[], [], []]);
    expect(app.metrics.getTrends({ names: [] }).system.count).toBe(2);
  });

  it.each(['search', [1], 5, null])('of the names %p are an error that says what is allowed', async (names) => {
    const { metrics } = await start();
    expect(() => metrics.getTrends({ names: names as never })).toThrow(/^The names .*must be a list of strings\.$/);
  });

  it('have no points where none are asked for, and figures all the same', async () => {
    const app = await start();
    app.metrics.recordModelCall({ model: 'm', agentId: 'writer', inputTokens: 7 });
    runTool(app);
    const { system, agents, tools, models, ...rest } = app.metrics.getTrends({ points: false });
    for (const trend of [system, agents['writer'], tools['search'], models['m']]) expect(trend?.points).toEqual([]);
    const full = app.metrics.getTrends();
    expect(rest).toEqual({ window: '15m', slotSeconds: 15, coveredSeconds: 0 });
    expect({ ...tools['search'], points: full.tools['search']?.points }).toEqual(full.tools['search']);
    expect({ ...system, points: full.system.points }).toEqual(full.system);
  });
});

describe('GET /metrics/trends', () => {
  it('answers with the trends of a window', async () => {
    const app = await start();
    app.clock.advance(MINUTE);
    app.metrics.recordAgentExecution({ agentId: 'writer', durationMs: 2_000, status: 'error' });
    app.metrics.recordModelCall({ model: 'gpt', durationMs: 1 });
    runTool(app, 100);
    app.clock.advance(MINUTE);
    const response = await app.fetch('/metrics/trends?window=1m');
    const document = (await response.json()) as TrendsDocument;
    const { window, slot_seconds: slotSeconds, covered_seconds: coveredSeconds } = document;
    expect([window, slotSeconds, coveredSeconds]).toEqual(['1m', 1, 60]);
    const writer = document.agents['writer'];
    expect(writer).toEqual({
      count: 0,
      rate_per_second: 0,
      error_rate: 0,
      average_seconds: 0,
      p50_seconds: 0,
      p95_seconds: 0,
      p99_seconds: 0,
      tokens: 0,
      cost_usd: 0,
      previous: {
        count: 1,
        rate_per_second: 1 / 60,
        error_rate: 1,
        average_seconds: 2,
        p50_seconds: 2,
        p95_seconds: 2,
        p99_seconds: 2,
        tokens: 0,
        cost_usd: 0,
      },
      change: 'insufficient_data',
      points: [],
    });
    expect({ ...document.system, points: [] }).toEqual(writer);
    expect(Object.keys(document.tools)).toEqual(['search']);
    expect(Object.keys(document.models)).toEqual(['gpt']);
  });

  it('answers with members in the order of the documentation', async () => {
    const app = await start();
    app.clock.advance(MINUTE);
    app.metrics.recordModelCall({ model: 'gpt', agentId: 'writer', inputTokens: 1, durationMs: 1 });
    runTool(app);
    const document = (await (await app.fetch('/metrics/trends?window=1m')).json()) as TrendsDocument;
    const { system, agents, tools, models } = document;
    const members = ['window', 'slot_seconds', 'covered_seconds', 'system', 'agents', 'tools', 'models'];
    expect(Object.keys(document)).toEqual(members);
    const figures = ['count', 'rate_per_second', 'error_rate', 'average_seconds'];
    const percentiles = ['p50_seconds', 'p95_seconds', 'p99_seconds'];
    const [usage, rest] = [
      ['tokens', 'cost_usd'],
      ['previous', 'change', 'points'],
    ];
    expect(Object.keys(tools['search']!)).toEqual([...figures, ...percentiles, ...rest]);
    for (const trend of [system, agents['writer']!, models['gpt']!]) {
      expect(Object.keys(trend)).toEqual([...figures, ...percentiles, ...usage, ...rest]);
    }
    const point = ['start_time', 'count', 'errors', 'p95_seconds'];
    expect(Object.keys(tools['search']!.points[0]!)).toEqual(point);
    expect(Object.keys(models['gpt']!.points[0]!)).toEqual([...point, ...usage]);
    const process = [
      'p50_seconds',
      'p99_seconds',
      'memory_usage_bytes',
      'cache_hits',
      'cache_misses',
      'requests_in_progress',
    ];
    expect(Object.keys(system.points[0]!)).toEqual([...point, ...usage, ...process]);
  });

  it('has null for a window before that the process has not seen', async () => {
    const app = await start();
    runTool(app);
    const document = (await (await app.fetch('/metrics/trends')).json()) as TrendsDocument;
    expect([document.covered_seconds, document.tools['search']!.previous]).toEqual([0, null]);
  });

  it.each([
    ['names=search', ['search']],
    ['names=search&names=read', ['search', 'read']],
    ['names=__proto__&names=toString', ['__proto__']],
    ['names=', []],
    ['', ['search', 'read', '__proto__']],
  ])('answers "%s" with the tools %j', async (query, names) => {
    const app = await start();
    for (const toolName of ['search', 'read', '__proto__']) {
      app.metrics.recordToolExecution({ toolName, durationMs: 1, status: 'success' });
    }
    const text = await (await app.fetch(`/metrics/trends?${query}`)).text();
    const named = [...text.slice(text.indexOf('"tools":')).matchAll(/"([^"]*)":\{"count"/g)].map(([, name]) => name);
    expect(named).toEqual(names);
  });

  it.each([
    ['points=false', 0],
    ['points=true', 1],
  ])('answers "%s" with %d points', async (query, points) => {
    const app = await start();
    runTool(app);
    const document = (await (await app.fetch(`/metrics/trends?${query}`)).json()) as TrendsDocument;
    expect(document.tools['search']!.points).toHaveLength(points);
    expect(document.system.points).toHaveLength(points);
  });

  it('answers with the last quarter of an hour unless another window is asked for', async () => {
    const app = await start();
    runTool(app, 100);
    const document = (await (await app.fetch('/metrics/trends')).json()) as TrendsDocument;
    expect([document.window, document.slot_seconds]).toEqual(['15m', 15]);
    const point = { start_time: '2025-01-01T00:00:00.000Z', count: 1, errors: 0, p95_seconds: 0.1 };
    expect(document.tools['search']?.points).toEqual([point]);
  });

  it.each(['2m', '', '15', '1m&window=5m'])('refuses the window "%s" and says which there are', async (window) => {
    const app = await start();
    const response = await app.fetch(`/metrics/trends?window=${window}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('must be one of 1m, 5m, 15m, 1h');
  });
});

/** An execution as the plain list below has it. */
interface Ended {
  readonly second: number;
  readonly durationNs: number;
  readonly status: ExecutionStatus;
}

/** What a trend has to say, counted anew from the list of all executions. */
class ListedWindow {
  readonly current: readonly Ended[];
  readonly previous: readonly Ended[] | undefined;
  readonly slotSeconds: number;
  readonly coveredSeconds: number;

  constructor(ended: readonly Ended[], window: Window, startedAt: number, nowMs: number) {
    const seconds = WINDOWS[window];
    this.coveredSeconds = Math.min((nowMs - startedAt) / SECOND, seconds);
    this.slotSeconds = seconds / 60;
    const end = (Math.floor(nowMs / SECOND / this.slotSeconds) + 1) * this.slotSeconds;
    const within = (from: number, to: number) => ended.filter(({ second }) => second >= from && second < to);
    this.current = within(end - seconds, end);
    const isWhole = startedAt <= (end - 2 * seconds) * SECOND;
    this.previous = isWhole ? within(end - 2 * seconds, end - seconds) : undefined;
  }

  points() {
    const slots = new Map<number, Ended[]>();
    for (const one of [...this.current].sort((a, b) => a.second - b.second)) {
      const slot = Math.floor(one.second / this.slotSeconds);
      slots.set(slot, [...(slots.get(slot) ?? []), one]);
    }
    return [...slots.values()].map((ended) => ({
      count: ended.length,
      errors: ended.filter(({ status }) => isFailed(status)).length,
      p95Bucket: bucketOf(exactPercentile(ended, 0.95)),
    }));
  }
}

const isFailed = (status: ExecutionStatus) => status === 'error' || status === 'timeout';
const bucketOf = (seconds: number) => [...BOUNDS, Infinity].findIndex((bound) => seconds <= bound);

/** The exact percentile: the smallest duration that so large a share does not exceed. */
function exactPercentile(ended: readonly Ended[], share: number): number {
  const durations = ended.map(({ durationNs }) => durationNs).sort((a, b) => a - b);
  return durations[Math.ceil(share * durations.length) - 1]! / 1e9;
}

function expectFigures(figures: TrendFigures, ended: readonly Ended[], seconds: number): void {
  const failed = ended.filter(({ status }) => isFailed(status));
  const totalNs = ended.reduce((sum, { durationNs }) => sum + durationNs, 0);
  expect(figures.count).toBe(ended.length);
  if (ended.length === 0) return expect(figures).toMatchObject(NOTHING);
  expect(figures.ratePerSecond).toBe(ended.length / Math.max(1, seconds));
  expect(figures.errorRate).toBe(failed.length / ended.length);
  expect(figures.averageSeconds).toBe(totalNs / ended.length / 1e9);
  const { p50Seconds, p95Seconds, p99Seconds } = figures;
  const shares = [0.5, 0.95, 0.99];
  const exact = shares.map((share) => exactPercentile(ended, share));
  expect([p50Seconds, p95Seconds, p99Seconds].map(bucketOf)).toEqual(exact.map(bucketOf));
  const longest = Math.max(...ended.map(({ durationNs }) => durationNs)) / 1e9;
  expect(Math.max(p50Seconds, p95Seconds, p99Seconds)).toBeLessThanOrEqual(longest);
  expect(p50Seconds <= p95Seconds && p95Seconds <= p99Seconds).toBe(true);
}

const duration = fc.double({ min: -1, max: 5, noNaN: true }).map((power) => Math.round(10 ** power * 1e3) / 1e3);
const status = fc.constantFrom<ExecutionStatus>('success', 'success', 'error', 'timeout', 'cancelled');

/** A stretch of time in which executions end one after the other, at random pace. */
const stretch = fc.record({
  gapMs: fc.oneof(fc.nat(2_500), fc.nat(20_000), fc.constant(SECOND)),
  times: fc.integer({ min: 1, max: 300 }),
  durations: fc.array(duration, { minLength: 1, maxLength: 12 }),
  statuses: fc.array(status, { minLength: 1, maxLength: 5 }),
  /** How late it is told that they ended, in turn, so that they come in any order; below 0 it is told before. */
  lateMs: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      fc.nat(3 * SECOND),
      fc.integer({ min: -MINUTE, max: 2.5 * HOUR }),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  silenceMs: fc.oneof({ weight: 3, arbitrary: fc.nat(5_000) }, fc.nat(30 * MINUTE), fc.nat(4 * HOUR)),
});

describe('Trends of random executions over hours', () => {
  it('are those of a plain list of all of them', async () => {
    const app = await start();
    let ended: Ended[] = [];
    let startedAt = 0;

    const endOne = (durationMs: number, status: ExecutionStatus, lateMs: number) => {
      const { clock, metrics } = app;
      const endTime = lateMs === 0 ? undefined : new Date(clock.wallTime() - lateMs);
      metrics.recordAgentExecution({ agentId: 'writer', durationMs, status, endTime });
      metrics.recordToolExecution({ toolName: 'search', durationMs, status, endTime });
      const second = Math.floor((clock.now() - Math.max(0, lateMs)) / SECOND);
      ended.push({ second, durationNs: Math.round(durationMs * 1e6), status });
    };

    const expectAsListed = () => {
      for (const window of WINDOW_NAMES) {
        const listed = new ListedWindow(ended, window, startedAt, app.clock.now());
        const { coveredSeconds, system, agents, tools } = app.metrics.getTrends({ window });
        expect(coveredSeconds).toBe(listed.coveredSeconds);
        const tool = tools['search']!;
        expectFigures(tool, listed.current, coveredSeconds);
        if (listed.previous === undefined) expect(tool.previous).toBeNull();
        else expectFigures(tool.previous!, listed.previous, WINDOWS[window]);
        expect(
          tool.points.map(({ count, errors, p95Seconds }) => ({ count, errors, p95Bucket: bucketOf(p95Seconds) })),
        ).toEqual(listed.points());
        expect(agents['writer']).toMatchObject(tool);
        const points = system.points.filter(({ count }) => count > 0);
        expect({ ...system, points }).toMatchObject(tool);
      }
    };

    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 8 }), fc.nat(HOUR), (stretches, startMs) => {
        app.metrics.reset();
        startedAt = app.clock.now();
        app.clock.advance(startMs);
        ended = [];
        for (const { gapMs, times, durations, statuses, lateMs, silenceMs } of stretches) {
          for (let i = 0; i < times; i += 1) {
            endOne(durations[i % durations.length]!, statuses[i % statuses.length]!, lateMs[i % lateMs.length]!);
            app.clock.advance(gapMs);
          }
          expectAsListed();
          app.clock.advance(silenceMs);
          expectAsListed();
        }
      }),
      { numRuns: 20 },
    );
  });
});
