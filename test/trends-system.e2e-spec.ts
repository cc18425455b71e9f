import { of } from 'rxjs';
import type { SystemTrendPoint, TrendWindow } from '../src';
import { CollectionApp } from './support/collection-app';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const pointsOf = ({ metrics }: CollectionApp, window: TrendWindow = '1m') =>
  metrics.getTrends({ window }).system.points;

const memoryOf = (points: readonly SystemTrendPoint[]) => points.map(({ memoryUsageBytes }) => memoryUsageBytes);
const runningOf = (points: readonly SystemTrendPoint[]) => points.map(({ requestsInProgress }) => requestsInProgress);

describe('The points of the system', () => {
  it('are of all slots since the start, whatever has happened in them', async () => {
    const app = await CollectionApp.start();
    const nothing = { count: 0, errors: 0, p50Seconds: 0, p95Seconds: 0, p99Seconds: 0, tokens: 0, costUsd: 0 };
    const process = { memoryUsageBytes: 0, requestsInProgress: 0, cacheHits: 0, cacheMisses: 0 };
    const startTime = new Date('2025-01-01T00:00:00Z');
    expect(pointsOf(app)).toEqual([{ startTime, ...nothing, ...process }]);
    app.clock.advance(9.5 * SECOND);
    expect(pointsOf(app)).toHaveLength(10);
    expect(pointsOf(app, '5m')).toHaveLength(2);
    app.metrics.reset();
    expect(pointsOf(app).map(({ startTime }) => startTime)).toEqual([new Date('2025-01-01T00:00:09Z')]);
    app.clock.advance(10 * HOUR);
    for (const window of ['1m', '5m', '15m', '1h'] as const) expect(pointsOf(app, window)).toHaveLength(60);
  });

  it('have memory as it was known last by their end', async () => {
    const app = await CollectionApp.start();
    app.clock.advance(SECOND);
    app.metrics.updateMemoryUsage(100);
    app.clock.advance(900);
    app.metrics.updateMemoryUsage(300);
    app.clock.advance(3_100);
    app.metrics.updateMemoryUsage(200);
    app.clock.advance(SECOND);
    expect(memoryOf(pointsOf(app))).toEqual([0, 300, 300, 300, 300, 200, 200]);
    expect(memoryOf(pointsOf(app, '5m'))).toEqual([300, 200]);
  });

  it('have the memory of the process from the first second, and again after a reset', async () => {
    const app = await CollectionApp.start({ recordMemory: true });
    for (let starts = 1; starts <= 2; starts += 1) {
      const [first, ...others] = memoryOf(pointsOf(app));
      expect(others).toEqual([]);
      expect(first).toBeGreaterThan(1e6);
      app.clock.advance(SECOND);
      app.metrics.reset();
    }
  });

  it('have look-ups in all caches where they happened', async () => {
    const app = await CollectionApp.start();
    app.metrics.recordCacheHit();
    app.metrics.recordCacheHit('answers');
    app.metrics.recordCacheMiss('answers');
    app.clock.advance(2 * SECOND);
    app.metrics.recordCacheMiss();
    const lookups = pointsOf(app).map(({ cacheHits, cacheMisses }) => [cacheHits, cacheMisses]);
    expect(lookups).toEqual([
      [2, 1],
      [0, 0],
      [0, 1],
    ]);
  });

  it('have the requests that ran at their end', async () => {
    const app = await CollectionApp.start();
    const request = () => app.tracker.start({ kind: 'agent', id: 'writer' });
    app.clock.advance(500);
    const first = request();
    app.clock.advance(SECOND);
    const second = request();
    app.tracker.start({ kind: 'agent', id: 'editor', parent: second });
    app.clock.advance(2 * SECOND);
    first.end();
    request().end();
    app.clock.advance(2 * SECOND);
    second.end();
    app.clock.advance(SECOND);
    expect(runningOf(pointsOf(app))).toEqual([1, 2, 2, 1, 1, 0, 0]);
    expect(runningOf(pointsOf(app, '5m'))).toEqual([1, 0]);
  });

  it('have no request in progress that was measured elsewhere, or that nobody has subscribed to', async () => {
    const app = await CollectionApp.start();
    const record = { agentId: 'writer', durationMs: 3_000, status: 'success' } as const;
    app.tracker.trackAgent('writer', () => of(1));
    for (let i = 0; i < 3; i += 1) {
      app.clock.advance(SECOND);
      app.metrics.recordAgentExecution(record);
      app.metrics.recordCacheHit();
    }
    expect(runningOf(pointsOf(app))).toEqual([0, 0, 0, 0]);
  });

  it('know what has not changed for hours', async () => {
    const app = await CollectionApp.start({ timeouts: { idleMs: 10 * HOUR } });
    app.metrics.updateMemoryUsage(100);
    const request = app.tracker.start({ kind: 'agent', id: 'writer' });
    app.clock.advance(5 * HOUR);
    const unchanged = Array.from({ length: 60 }, () => [100, 1]);
    const read = (window: TrendWindow) =>
      pointsOf(app, window).map((point) => [point.memoryUsageBytes, point.requestsInProgress]);
    expect(read('1h')).toEqual(unchanged);
    request.end();
    app.metrics.updateMemoryUsage(200);
    for (const window of ['1m', '5m', '15m', '1h'] as const) {
      expect(read(window)).toEqual([...unchanged.slice(1), [200, 0]]);
    }
  });

  it('add up to what happened in hours, however old it is', async () => {
    const app = await CollectionApp.start();
    for (let second = 0; second < 4 * 3_600; second += 1) {
      app.metrics.updateMemoryUsage(1_000 + second);
      app.metrics.recordCacheHit();
      app.clock.advance(SECOND);
    }
    app.clock.advance(-1 + SECOND);
    for (const [window, span] of [
      ['1m', 1],
      ['5m', 5],
      ['15m', 15],
      ['1h', 60],
    ] as const) {
      const points = pointsOf(app, window);
      const complete = points.slice(0, -1);
      expect(complete.map(({ cacheHits }) => cacheHits)).toEqual(Array.from({ length: 59 }, () => span));
      const ends = complete.map((_, place) => 4 * 3_600 - (58 - place) * span);
      expect(memoryOf(complete)).toEqual(ends.map((end) => 1_000 + end - 1));
    }
  });
});
