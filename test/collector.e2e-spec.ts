import { Controller, Get, Injectable, Param } from '@nestjs/common';
import * as fc from 'fast-check';
import {
  ExecutionTracker,
  MetricsModule,
  TrackAgent,
  TrackTool,
  type ExportFormat,
  type HistoryFilter,
  type MetricsModuleOptions,
} from '../src';
import { ManualClock } from '../src/testing';
import { countsInDocument, countsInScrape } from './support/execution-counts';
import { Gate } from './support/gate';
import type { MetricsDocument } from './support/metrics-document';
import { ADAPTERS, TestApp } from './support/test-app';

const start = (options: MetricsModuleOptions = {}) =>
  TestApp.start({ imports: [MetricsModule.forRoot({ defaultMetrics: false, recordMemory: false, ...options })] });

@Injectable()
class Agents {
  constructor(private readonly clock: ManualClock) {}

  @TrackAgent('agent1')
  async first(durationMs: number): Promise<string> {
    this.clock.advance(durationMs);
    return 'done';
  }

  @TrackAgent('agent2')
  async second(durationMs: number): Promise<string> {
    this.clock.advance(durationMs);
    throw new TypeError('No answer.');
  }
}

@Injectable()
class Tools {
  @TrackTool({ name: 'search', agent: 'agent1' })
  search(): string {
    return 'found';
  }
}

@Controller('agents')
class AgentsController {
  constructor(private readonly agents: Agents) {}

  @Get('1/:ms')
  first(@Param('ms') ms: string) {
    return this.agents.first(Number(ms));
  }

  @Get('2/:ms')
  second(@Param('ms') ms: string) {
    return this.agents.second(Number(ms));
  }
}

describe.each(ADAPTERS)('Requests over HTTP on %s', (_name, adapter) => {
  const serve = () =>
    TestApp.start(
      { imports: [MetricsModule.forRoot()], providers: [Agents], controllers: [AgentsController] },
      { adapter },
    );

  it('are counted and timed exactly', async () => {
    const app = await serve();
    for (const path of ['/agents/1/500', '/agents/1/600', '/agents/2/400']) await app.fetch(path);
    const { body } = await app.json<MetricsDocument>('/metrics');
    expect(body.system_metrics).toMatchObject({
      total_requests: 3,
      successful_requests: 2,
      failed_requests: 1,
      cancelled_requests: 0,
      requests_in_progress: 0,
      total_execution_time: '1.5s',
      total_execution_time_seconds: 1.5,
      average_request_time: '500ms',
      average_request_time_seconds: 0.5,
      uptime_seconds: 1.5,
      last_updated: '2025-01-01T00:00:01.500Z',
    });
    expect(body.agent_metrics['agent1']).toMatchObject({ execution_count: 2, average_duration: '550ms' });
    expect(body.agent_metrics['agent2']).toMatchObject({
      execution_count: 1,
      error_count: 1,
      average_duration: '400ms',
    });
  });

  it('are not counted while it is disabled, and again once it is enabled', async () => {
    const app = await serve();
    app.collector.disable();
    expect(app.collector.isEnabled()).toBe(false);
    expect((await app.fetch('/agents/1/500')).status).toBe(200);
    expect(app.collector.getSystemMetrics()).toMatchObject({
      totalRequests: 0,
      requestsInProgress: 0,
      lastUpdated: null,
    });
    app.collector.enable();
    await app.fetch('/agents/1/100');
    expect(app.collector.getSystemMetrics()).toMatchObject({ totalRequests: 1, averageRequestTimeMs: 100 });
  });
});

describe('The uptime', () => {
  it.each([
    ['back', -3_600_000],
    ['ahead', 86_400_000],
  ])('does not follow a time of day that is set %s', async (_direction, step) => {
    const { collector, clock, nest } = await start();
    clock.advance(600_000);
    const wallTime = clock.wallTime() + step;
    const set = jest.spyOn(clock, 'wallTime').mockImplementation(() => wallTime);
    expect(collector.getSystemMetrics()).toMatchObject({
      startTime: new Date('2025-01-01T00:00:00Z'),
      uptimeSeconds: 600,
    });
    nest.get(ExecutionTracker).trackAgent('a', () => clock.advance(30_000));
    expect(collector.getSystemMetrics().uptimeSeconds).toBe(630);
    set.mockRestore();
  });

  it('begins anew with a reset', async () => {
    const { collector, clock } = await start();
    clock.advance(600_000);
    collector.reset();
    clock.advance(1_500);
    expect(collector.getSystemMetrics().uptimeSeconds).toBe(1.5);
  });
});

describe('recordAgentExecution', () => {
  it('gives minimum, maximum and the exact average, also as text', async () => {
    const app = await start();
    for (const durationMs of [100, 200, 50]) {
      app.collector.recordAgentExecution({ agentId: 'a', durationMs, status: 'success' });
    }
    expect(app.collector.getAgentMetrics('a')).toMatchObject({
      executionCount: 3,
      totalDurationMs: 350,
      averageDurationMs: 350 / 3,
      minDurationMs: 50,
      maxDurationMs: 200,
    });
    expect((await app.document()).agent_metrics['a']).toMatchObject({
      total_duration: '350ms',
      average_duration: '116.666666ms',
      min_duration: '50ms',
      max_duration: '200ms',
    });
  });

  it('counts each status, and what failed by its error', async () => {
    const app = await start();
    const record = { agentId: 'a', durationMs: 1 };
    app.collector.recordAgentExecution({ ...record, status: 'success' });
    app.collector.recordAgentExecution({ ...record, status: 'error', errorType: 'QuotaError' });
    app.collector.recordAgentExecution({ ...record, status: 'error' });
    app.collector.recordAgentExecution({ ...record, status: 'timeout' });
    app.collector.recordAgentExecution({ ...record, status: 'cancelled', errorType: 'AbortError' });
    expect(app.collector.getAgentMetrics('a')).toMatchObject({
      executionCount: 5,
      successCount: 1,
      errorCount: 2,
      timeoutCount: 1,
      cancelledCount: 1,
    });
    expect(app.collector.getSystemMetrics()).toMatchObject({
      totalRequests: 5,
      successfulRequests: 1,
      failedRequests: 3,
      cancelledRequests: 1,
    });
    const errors = (await app.scrape()).families.get('crew_agent_errors_total')!.samples;
    expect(errors.map(({ labels, value }) => [labels['error_type'], value])).toEqual([
      ['QuotaError', 1],
      ['Error', 1],
      ['TimeoutError', 1],
    ]);
  });

  it('shows the display name that was given last, else the id', async () => {
    const { collector } = await start();
    const record = { agentId: 'a', durationMs: 1, status: 'success' } as const;
    collector.recordAgentExecution(record);
    expect(collector.getAgentMetrics('a')?.agentName).toBe('a');
    collector.recordAgentExecution({ ...record, agentName: 'Agent A' });
    collector.recordAgentExecution(record);
    expect(collector.getAgentMetrics('a')?.agentName).toBe('Agent A');
  });

  it('is no request inside another agent', async () => {
    const app = await start();
    app.nest.get(ExecutionTracker).trackAgent('outer', () => {
      app.collector.recordAgentExecution({ agentId: 'inner', durationMs: 5, status: 'success' });
    });
    expect(app.collector.getSystemMetrics().totalRequests).toBe(1);
    const [outer, inner] = app.collector.getHistory();
    expect(outer).toMatchObject({ agentId: 'outer', parentId: undefined, requestId: outer?.id });
    expect(inner).toMatchObject({ agentId: 'inner', parentId: outer?.id, requestId: outer?.id });
  });
});

describe('recordToolExecution', () => {
  const record = { toolName: 'search', durationMs: 10, status: 'success' } as const;

  it('counts under the named agent, else under the running one, else under none, and over all', async () => {
    const { collector, nest } = await start();
    collector.recordToolExecution(record);
    collector.recordToolExecution({ ...record, agentId: 'a', durationMs: 20 });
    nest.get(ExecutionTracker).trackAgent('b', () => collector.recordToolExecution({ ...record, durationMs: 60 }));
    expect(collector.getToolMetrics('search')).toMatchObject({
      executionCount: 3,
      totalDurationMs: 90,
      averageDurationMs: 30,
      minDurationMs: 10,
      maxDurationMs: 60,
    });
    expect(collector.getAgentMetrics('a')?.toolMetrics['search']?.totalDurationMs).toBe(20);
    expect(collector.getAgentMetrics('b')?.toolMetrics['search']?.totalDurationMs).toBe(60);
    expect(collector.getSystemMetrics().totalRequests).toBe(1);
  });

  it('adds up bytes and retries', async () => {
    const { collector } = await start();
    collector.recordToolExecution({ ...record, agentId: 'a', inputBytes: 10, outputBytes: 1_000, retries: 2 });
    collector.recordToolExecution({ ...record, inputBytes: 5 });
    const expected = { inputBytes: 15, outputBytes: 1_000, retryCount: 2 };
    expect(collector.getToolMetrics('search')).toMatchObject(expected);
    expect(collector.getTools().get('search')).toMatchObject(expected);
  });

  it('makes an agent known that only tools name', async () => {
    const { collector } = await start();
    collector.recordToolExecution({ ...record, agentId: 'a' });
    expect(collector.getAgentMetrics('a')).toMatchObject({ executionCount: 0, averageDurationMs: 0, minDurationMs: 0 });
  });
});

describe('Caches', () => {
  it('have a hit rate of 0.7 after 7 hits and 3 misses', async () => {
    const { collector } = await start();
    for (let i = 0; i < 7; i += 1) collector.recordCacheHit();
    for (let i = 0; i < 3; i += 1) collector.recordCacheMiss();
    expect(collector.getSystemMetrics()).toMatchObject({ cacheHits: 7, cacheMisses: 3, cacheHitRate: 0.7 });
  });

  it('are counted by name, and all together for the system', async () => {
    const app = await start();
    app.collector.recordCacheHit('embeddings');
    app.collector.recordCacheMiss('pages');
    app.collector.recordCacheMiss();
    const { cache_metrics: caches, system_metrics: system } = await app.document();
    expect(caches).toEqual({
      embeddings: { hits: 1, misses: 0, hit_rate: 1 },
      pages: { hits: 0, misses: 1, hit_rate: 0 },
    });
    expect(system).toMatchObject({ cache_hits: 1, cache_misses: 2, cache_hit_rate: 1 / 3 });
    const scrape = await app.scrape();
    expect(scrape.value('crew_cache_hits_total', { cache: 'embeddings' })).toBe(1);
    expect(scrape.value('crew_cache_misses_total')).toBe(1);
  });

  it('have a rate of 0 before the first look-up', async () => {
    const { collector } = await start();
    expect(collector.getSystemMetrics().cacheHitRate).toBe(0);
  });
});

describe('Memory', () => {
  it('is that of the process, with its peak', async () => {
    const rss = jest.spyOn(process.memoryUsage, 'rss').mockReturnValue(52 * 2 ** 20);
    const app = await start({ recordMemory: true });
    rss.mockReturnValue(60 * 2 ** 20);
    app.collector.getSystemMetrics();
    rss.mockReturnValue(50.126 * 2 ** 20);
    const { system_metrics: system } = await app.document();
    expect(system).toMatchObject({
      memory_usage_mb: 50.13,
      max_memory_usage_mb: 60,
      max_memory_usage_bytes: 62_914_560,
    });
    rss.mockRestore();
  });

  it('can be read elsewhere, which takes over', async () => {
    const { collector } = await start({ recordMemory: true });
    collector.updateMemoryUsage(2_000);
    collector.updateMemoryUsage(1_000);
    expect(collector.getSystemMetrics()).toMatchObject({ memoryUsageBytes: 1_000, maxMemoryUsageBytes: 2_000 });
  });

  it('is no record that moves lastUpdated', async () => {
    const { collector } = await start();
    collector.updateMemoryUsage(1_000);
    expect(collector.getSystemMetrics().lastUpdated).toBeNull();
  });
});

describe('What is read', () => {
  it('is undefined for an unknown name', async () => {
    const { collector } = await start();
    expect(collector.getAgentMetrics('nobody')).toBeUndefined();
    expect(collector.getAgentMetrics('__proto__')).toBeUndefined();
    expect(collector.getToolMetrics('constructor')).toBeUndefined();
  });

  it('is a copy that cannot be changed, nor changes by itself', async () => {
    const { collector } = await start();
    const record = { agentId: 'a', durationMs: 1, status: 'success' } as const;
    collector.recordAgentExecution(record);
    collector.recordToolExecution({ ...record, toolName: 't', agentId: 'a' });
    const read = () => ({
      system: collector.getSystemMetrics(),
      agents: collector.getAgents(),
      tools: collector.getTools(),
      history: collector.getHistory(),
    });
    const before = read();
    const copy = structuredClone(before);

    expect(() => Object.assign(before.system, { totalRequests: 9 })).toThrow(TypeError);
    expect(() => Object.assign(before.agents.get('a')!, { successCount: 9 })).toThrow(TypeError);
    expect(() => Object.assign(before.agents.get('a')!.toolMetrics, { t: undefined })).toThrow(TypeError);
    expect(() => Object.assign(before.tools.get('t')!, { successCount: 9 })).toThrow(TypeError);
    const other = read();
    other.system.startTime.setTime(0);
    (other.agents as Map<string, unknown>).clear();
    other.history[0]!.endTime.setTime(0);
    other.history.length = 0;
    expect(read()).toEqual(copy);

    collector.recordAgentExecution({ ...record, status: 'error' });
    expect(before).toEqual(copy);
  });

  it('is found by a name in the form in which it was given', async () => {
    const { collector } = await start();
    const long = 'x'.repeat(200);
    const broken = 'a\uD800';
    collector.recordAgentExecution({ agentId: long, durationMs: 1, status: 'success' });
    collector.recordToolExecution({ toolName: broken, agentId: long, durationMs: 1, status: 'success' });
    expect(collector.getAgentMetrics(long)?.agentId).toBe('x'.repeat(128));
    expect(collector.getToolMetrics(broken)?.toolName).toBe('a\uFFFD');
    expect(collector.getHistory({ agentId: long, toolName: broken })).toHaveLength(1);
  });
});

describe('An invalid record', () => {
  const agent = { agentId: 'a', durationMs: 1, status: 'success' };
  const tool = { toolName: 't', durationMs: 1, status: 'success' };
  const NAME = 'a string that is not empty';
  const QUANTITY = 'a number from 0 to 2^53 - 1';

  const invalid: [method: string, field: string, value: string, args: unknown[], allowed: string][] = [
    ['recordAgentExecution', 'durationMs', '-1', [{ ...agent, durationMs: -1 }], QUANTITY],
    ['recordAgentExecution', 'durationMs', 'NaN', [{ ...agent, durationMs: NaN }], QUANTITY],
    ['recordAgentExecution', 'durationMs', 'Infinity', [{ ...agent, durationMs: Infinity }], QUANTITY],
    ['recordAgentExecution', 'durationMs', 'undefined', [{ ...agent, durationMs: undefined }], QUANTITY],
    ['recordAgentExecution', 'agentId', "''", [{ ...agent, agentId: '' }], NAME],
    ['recordAgentExecution', 'agentId', '7', [{ ...agent, agentId: 7 }], NAME],
    ['recordAgentExecution', 'agentName', "''", [{ ...agent, agentName: '' }], NAME],
    ['recordAgentExecution', 'errorType', 'null', [{ ...agent, errorType: null }], NAME],
    [
      'recordAgentExecution',
      'status',
      "'failed'",
      [{ ...agent, status: 'failed' }],
      'one of success, error, timeout, cancelled',
    ],
    ['recordAgentExecution', 'endTime', 'Invalid Date', [{ ...agent, endTime: new Date(NaN) }], 'a valid Date'],
    ['recordAgentExecution', 'record', 'undefined', [], 'an object'],
    ['recordToolExecution', 'toolName', "''", [{ ...tool, toolName: '' }], NAME],
    ['recordToolExecution', 'agentId', "''", [{ ...tool, agentId: '' }], NAME],
    ['recordToolExecution', 'inputBytes', '-1', [{ ...tool, inputBytes: -1 }], QUANTITY],
    ['recordToolExecution', 'outputBytes', "'7'", [{ ...tool, outputBytes: '7' }], QUANTITY],
    ['recordToolExecution', 'retries', 'NaN', [{ ...tool, retries: NaN }], QUANTITY],
    ['recordCacheHit', 'cache', "''", [''], NAME],
    ['recordCacheMiss', 'cache', '7', [7], NAME],
    ['updateMemoryUsage', 'bytes', 'NaN', [NaN], QUANTITY],
  ];

  const record = ({ collector }: TestApp, method: string, args: unknown[]) =>
    (collector as unknown as Record<string, (...args: unknown[]) => void>)[method]!(...args);

  it.each(invalid)('of %s, whose %s is %s, is dropped and logged once', async (method, field, value, args, allowed) => {
    const app = await start();
    const before = await app.document();
    record(app, method, args);
    record(app, method, args);
    expect(await app.document()).toEqual(before);
    expect(app.collector.getHistory()).toEqual([]);
    expect(app.logger.warnings).toEqual([
      `${method}: ${field} is ${value}; it must be ${allowed}. The record was dropped. Further records with this fault are not logged.`,
    ]);
  });

  it.each(invalid)(
    'of %s, whose %s is %s, is a RangeError with strict',
    async (method, field, value, args, allowed) => {
      const app = await start({ strict: true });
      expect(() => record(app, method, args)).toThrow(
        new RangeError(`${method}: ${field} is ${value}; it must be ${allowed}.`),
      );
      expect(app.logger.warnings).toEqual([]);
    },
  );

  it('is nothing while it is disabled', async () => {
    const app = await start({ strict: true });
    app.collector.disable();
    for (const [method, , , args] of invalid) record(app, method, args);
    expect(app.logger.warnings).toEqual([]);
  });
});

describe('disable', () => {
  it('stops every way of recording and none of reading', async () => {
    const app = await start();
    const { collector } = app;
    collector.recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' });
    const before = await app.document();
    collector.disable();
    collector.recordAgentExecution({ agentId: 'b', durationMs: 1, status: 'success' });
    collector.recordToolExecution({ toolName: 't', durationMs: 1, status: 'success' });
    collector.recordCacheHit();
    collector.recordCacheMiss('pages');
    collector.updateMemoryUsage(1_000);
    app.nest.get(ExecutionTracker).trackAgent('c', () => 'done');
    expect(await app.document()).toEqual(before);
    expect(collector.getHistory()).toHaveLength(1);
  });

  it('while executions run leaves no gauge behind', async () => {
    const app = await start();
    const { collector } = app;
    const gate = new Gate();
    const call = app.nest.get(ExecutionTracker).trackAgent('a', () => gate.passed);
    collector.disable();
    gate.open();
    await call;
    expect(collector.getAgentMetrics('a')).toMatchObject({ inProgress: 0, executionCount: 0 });
    expect(collector.getSystemMetrics().requestsInProgress).toBe(0);
  });
});

describe('reset', () => {
  it('sets everything to zero, with a new start time', async () => {
    const app = await start();
    const { collector, clock } = app;
    const zero = await app.document();
    collector.recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'error' });
    collector.recordToolExecution({ toolName: 't', durationMs: 1, status: 'success' });
    collector.recordCacheHit('pages');
    collector.updateMemoryUsage(1_000);
    clock.advance(60_000);
    collector.reset();
    const { system_metrics: system, ...rest } = zero;
    expect(await app.document()).toEqual({
      ...rest,
      system_metrics: { ...system, start_time: '2025-01-01T00:01:00.000Z' },
    });
    expect(collector.getHistory()).toEqual([]);
  });

  it.each([true, false])('keeps whether it is enabled: %s', async (enabled) => {
    const { collector } = await start({ enabled });
    collector.reset();
    expect(collector.isEnabled()).toBe(enabled);
  });

  it('leaves out what began before it, and no gauge goes below zero', async () => {
    const app = await start();
    const { collector, nest } = app;
    const tracker = nest.get(ExecutionTracker);
    const gate = new Gate();
    const call = tracker.trackAgent('a', async () => {
      await gate.passed;
      await tracker.trackTool('t', async () => 'found');
    });
    expect(collector.getAgentMetrics('a')?.inProgress).toBe(1);
    collector.reset();
    gate.open();
    await call;
    expect(collector.getSystemMetrics()).toMatchObject({ totalRequests: 0, requestsInProgress: 0 });
    expect(collector.getAgentMetrics('a')).toMatchObject({ executionCount: 0, inProgress: 0 });
    expect(collector.getToolMetrics('t')?.executionCount).toBe(1);
    expect(collector.getHistory().map(({ kind }) => kind)).toEqual(['tool']);
  });

  it('is not followed by a record of what began before it', async () => {
    const { collector, nest } = await start();
    const gate = new Gate();
    const call = nest.get(ExecutionTracker).trackAgent('a', () => gate.passed);
    collector.reset();
    gate.open();
    await call;
    expect(collector.getSystemMetrics().lastUpdated).toBeNull();
  });

  it('keeps declared agents, from 0', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()], providers: [Agents] });
    app.collector.reset();
    expect([...app.collector.getAgents().keys()]).toEqual(['agent1', 'agent2']);
  });
});

describe('Declared names', () => {
  it('are there from 0 before their first use, tools where they name their agent', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()], providers: [Agents, Tools] });
    const scrape = await app.scrape();
    for (const status of ['success', 'error', 'timeout', 'cancelled']) {
      expect(scrape.value('crew_agent_executions_total', { agent: 'agent2', status })).toBe(0);
      expect(scrape.value('crew_tool_executions_total', { agent: 'agent1', tool: 'search', status })).toBe(0);
    }
    expect(app.collector.getAgentMetrics('agent1')).toMatchObject({ executionCount: 0, maxDurationMs: 0 });
  });
});

describe('getHistory', () => {
  const fill = async (options?: MetricsModuleOptions) => {
    const app = await start(options);
    const { collector } = app;
    const durationMs = 1_500;
    collector.recordAgentExecution({ agentId: 'a', durationMs, status: 'success' });
    collector.recordToolExecution({ toolName: 't', agentId: 'a', durationMs, status: 'timeout', retries: 1 });
    collector.recordToolExecution({ toolName: 't', durationMs, status: 'error', errorType: 'QuotaError' });
    collector.recordAgentExecution({ agentId: 'b', durationMs, status: 'error' });
    return app;
  };
  const names = ({ collector }: TestApp, filter?: HistoryFilter) =>
    collector.getHistory(filter).map(({ agentId, toolName }) => [agentId, toolName].filter(Boolean).join('.'));

  it.each<[HistoryFilter | undefined, string[]]>([
    [undefined, ['b', 't', 'a.t', 'a']],
    [{}, ['b', 't', 'a.t', 'a']],
    [{ kind: 'tool' }, ['t', 'a.t']],
    [{ agentId: 'a' }, ['a.t', 'a']],
    [{ toolName: 't' }, ['t', 'a.t']],
    [{ status: 'error' }, ['b', 't']],
    [{ kind: 'agent', status: 'error' }, ['b']],
    [{ limit: 2 }, ['b', 't']],
    [{ kind: 'tool', limit: 1 }, ['t']],
    [{ limit: 0 }, []],
    [{ agentId: 'nobody' }, []],
  ])('filtered by %j gives %j, newest first', async (filter, expected) => {
    expect(names(await fill(), filter)).toEqual(expected);
  });

  it('says of each execution what it was and how it ended', async () => {
    const [execution] = (await fill()).collector.getHistory({ status: 'timeout' });
    expect(execution).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}-2$/) as string,
      parentId: undefined,
      requestId: undefined,
      kind: 'tool',
      agentId: 'a',
      toolName: 't',
      status: 'timeout',
      success: false,
      timedOut: true,
      errorType: 'TimeoutError',
      startTime: new Date('2024-12-31T23:59:58.500Z'),
      endTime: new Date('2025-01-01T00:00:00.000Z'),
      durationMs: 1_500,
      durationSeconds: 1.5,
      error: undefined,
      model: undefined,
      traceId: undefined,
      inputBytes: 0,
      outputBytes: 0,
      retries: 1,
      chunks: 0,
      timeToFirstChunkSeconds: undefined,
      provider: undefined,
      httpStatus: undefined,
      tokenUsage: undefined,
      costUsd: undefined,
      costSource: undefined,
      totalTokens: undefined,
      totalCostUsd: undefined,
      toolCalls: undefined,
      modelCalls: undefined,
      pausedSeconds: 0,
    });
  });

  it('ends where the record says', async () => {
    const { collector } = await start();
    const endTime = new Date('2024-06-01T12:00:00Z');
    collector.recordAgentExecution({ agentId: 'a', durationMs: 2_000, status: 'success', endTime });
    expect(collector.getHistory()[0]).toMatchObject({ startTime: new Date('2024-06-01T11:59:58Z'), endTime });
  });

  it('has the last historySize executions', async () => {
    expect(names(await fill({ historySize: 3 }))).toEqual(['b', 't', 'a.t']);
    expect(names(await fill({ historySize: 0 }))).toEqual([]);
  });
});

describe('getRunning', () => {
  it('has executions in progress with their age, oldest first', async () => {
    const { collector, clock, nest } = await start();
    const tracker = nest.get(ExecutionTracker);
    const gate = new Gate();
    const call = tracker.trackAgent('a', () => {
      clock.advance(2_000);
      return tracker.trackTool('t', () => gate.passed);
    });
    clock.advance(500);
    const [agent, tool] = collector.getRunning();
    expect(agent).toMatchObject({
      kind: 'agent',
      agentId: 'a',
      ageSeconds: 2.5,
      startTime: new Date('2025-01-01T00:00:00Z'),
    });
    expect(tool).toMatchObject({ kind: 'tool', agentId: 'a', toolName: 't', ageSeconds: 0.5, parentId: agent?.id });
    gate.open();
    await call;
    expect(collector.getRunning()).toEqual([]);
  });
});

describe('exportMetrics', () => {
  it.each(['xml', '', undefined, 'JSON'])(
    'rejects the format %j with an error that lists those there are',
    async (format) => {
      const { collector } = await start();
      await expect(collector.exportMetrics(format as ExportFormat)).rejects.toThrow(
        new RangeError(`Unknown format ${JSON.stringify(format)}: use one of json, prometheus, openmetrics.`),
      );
    },
  );

  it('writes whole nanoseconds that floating point has made a little less of', async () => {
    const { collector } = await start();
    collector.recordAgentExecution({ agentId: 'a', durationMs: 8.2, status: 'success' });
    const { system_metrics, agent_metrics } = JSON.parse(await collector.exportMetrics('json')) as MetricsDocument;
    expect(8.2 * 1e6).toBeLessThan(8_200_000);
    expect(system_metrics).toMatchObject({
      total_execution_time: '8.2ms',
      total_execution_time_seconds: 0.0082,
      average_request_time: '8.2ms',
      average_request_time_seconds: 0.0082,
    });
    expect(agent_metrics['a']).toMatchObject({ total_duration: '8.2ms', total_duration_seconds: 0.0082 });
  });
});

describe('More names than maxSeries', () => {
  const record = { durationMs: 1_000, status: 'success' } as const;

  it('are counted as __other__, each execution once', async () => {
    const app = await start({ maxSeries: 2 });
    for (const agentId of ['a', 'b', 'c', 'd', 'c', 'a']) app.collector.recordAgentExecution({ ...record, agentId });
    const counts = [...app.collector.getAgents().values()].map((agent) => [agent.agentId, agent.executionCount]);
    expect(counts).toEqual([
      ['a', 2],
      ['b', 1],
      ['__other__', 3],
    ]);
    expect(app.collector.getSystemMetrics().totalRequests).toBe(6);
    const scrape = await app.scrape();
    expect(scrape.value('crew_dropped_series_total', { family: 'crew_agent_executions_total' })).toBe(3);
    expect(app.logger.warnings).toEqual([
      'crew_agent_executions_total has reached the limit of 2 combinations of names (option "maxSeries"); ' +
        'new ones are counted as "__other__".',
    ]);
  });

  it('keep their own names in the history', async () => {
    const { collector } = await start({ maxSeries: 0 });
    collector.recordToolExecution({ ...record, toolName: 't', agentId: 'a' });
    expect(collector.getHistory()[0]).toMatchObject({ agentId: 'a', toolName: 't' });
  });

  it('limit tools, errors and caches alike', async () => {
    const app = await start({ maxSeries: 1 });
    const failed = { durationMs: 1, status: 'error' } as const;
    for (const name of ['x', 'y', 'z']) {
      app.collector.recordToolExecution({ ...failed, toolName: name, errorType: name });
      app.collector.recordAgentExecution({ ...failed, agentId: 'a', errorType: name });
      app.collector.recordCacheHit(name);
      app.collector.recordCacheMiss(name);
    }
    const scrape = await app.scrape();
    for (const family of ['tool_executions', 'tool_errors', 'agent_errors', 'cache_hits', 'cache_misses']) {
      expect([family, scrape.value('crew_dropped_series_total', { family: `crew_${family}_total` })]).toEqual([
        family,
        2,
      ]);
    }
    expect(scrape.value('crew_tool_errors_total', { tool: '__other__', error_type: '__other__' })).toBe(2);
    expect(scrape.value('crew_agent_errors_total', { agent: 'a', error_type: 'x' })).toBe(1);
    expect(scrape.value('crew_cache_hits_total', { cache: '__other__' })).toBe(2);
  });

  it('become __other__ together, where an agent has a place and its new tool has none', async () => {
    const { collector } = await start({ maxSeries: 1 });
    for (const toolName of ['first', 'second']) collector.recordToolExecution({ ...record, agentId: 'a', toolName });
    const tools = [...collector.getAgents()].map(([agentId, { toolMetrics }]) => [agentId, Object.keys(toolMetrics)]);
    expect(tools).toEqual([
      ['a', ['first']],
      ['__other__', ['__other__']],
    ]);
  });

  it('leave those alone that decorators declare', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ maxSeries: 0 })], providers: [Agents, Tools] });
    await app.nest.get(Agents).first(10);
    app.nest.get(Tools).search();
    expect(app.collector.getAgentMetrics('agent1')?.executionCount).toBe(1);
    expect(app.collector.getAgentMetrics('agent1')?.toolMetrics['search']?.executionCount).toBe(1);
    expect(app.collector.getAgents().has('__other__')).toBe(false);
  });

  it('never make JSON and text disagree, whatever happens in which order', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__other__');
    const execution = fc.record({
      agentId: name,
      toolName: fc.option(name, { nil: undefined }),
      errorType: fc.option(name, { nil: undefined }),
      status: fc.constantFrom('success', 'error', 'timeout', 'cancelled'),
    });
    const app = await start({ maxSeries: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(execution, { maxLength: 40 }), async (executions) => {
        app.collector.reset();
        for (const { toolName, ...rest } of executions) {
          if (toolName === undefined) app.collector.recordAgentExecution({ ...rest, durationMs: 1 });
          else app.collector.recordToolExecution({ ...rest, toolName, durationMs: 1 });
        }
        const counts = countsInDocument(await app.document());
        expect(countsInScrape(await app.scrape())).toEqual(counts);
        const isTotal = ([key]: [string, number]) => !key.startsWith('["tool of agent"');
        const total = [...counts].filter(isTotal).reduce((sum, [, count]) => sum + count, 0);
        expect(total).toBe(executions.length);
      }),
      { numRuns: 25 },
    );
  });

  it('are bounded and exact in total also for 3,000 hostile ones', async () => {
    const app = await start();
    const ends = ['"', '\n', '\\', '|', '\uD800', '\u0000', '😀', '}', '__proto__', 'constructor'];
    for (let i = 0; i < 3_000; i += 1) {
      const agentId = `${ends[i % ends.length]}${i}`;
      app.collector.recordAgentExecution({ ...record, agentId });
      app.collector.recordToolExecution({ ...record, agentId, toolName: `${i}${ends[i % ends.length]}` });
    }
    const document = await app.document();
    expect(Object.keys(document.agent_metrics)).toHaveLength(2_001);
    expect(document.agent_metrics['__other__']?.execution_count).toBe(1_000);
    expect(document.system_metrics).toMatchObject({ total_requests: 3_000, total_execution_time_seconds: 3_000 });
    expect(countsInScrape(await app.scrape())).toEqual(countsInDocument(document));
    expect(app.logger.warnings).toHaveLength(2);
  });
});
