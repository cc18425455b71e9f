import { channel } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { TrackAgent, TrackTool, type Execution } from '../src';
import { CollectionApp } from './support/collection-app';
import { ManualClock } from '../src/testing';

const executions = channel('nestjs-agent-metrics:execution');

@Injectable()
class Crew {
  constructor(private readonly clock: ManualClock) {}

  @TrackAgent('writer')
  async write(): Promise<string> {
    this.clock.advance(100);
    await this.search().catch(() => undefined);
    this.clock.advance(300);
    return 'written';
  }

  @TrackTool('search')
  async search(): Promise<void> {
    this.clock.advance(200);
    throw new RangeError('No such page.');
  }
}

describe('Listeners', () => {
  const heard: Execution[] = [];
  const subscriber = (message: unknown) => void heard.push(message as Execution);
  const onExecution = jest.fn<unknown, [Execution]>();

  const start = async (options = {}) => {
    const clock = new ManualClock();
    const providers = [Crew, { provide: ManualClock, useValue: clock }];
    return CollectionApp.start({ onExecution, ...options }, { clock, providers });
  };

  beforeEach(() => {
    executions.subscribe(subscriber);
    onExecution.mockReset();
    heard.length = 0;
  });

  afterEach(() => void executions.unsubscribe(subscriber));

  it('hear of each finished execution, in the order in which they end', async () => {
    const { app } = await start();
    await app.get(Crew).write();
    const [tool, agent] = onExecution.mock.calls.map(([execution]) => execution);
    expect(onExecution).toHaveBeenCalledTimes(2);
    expect(tool).toMatchObject({
      id: expect.any(String) as string,
      parentId: agent?.id,
      requestId: agent?.id,
      kind: 'tool',
      agentId: 'writer',
      toolName: 'search',
      model: undefined,
      status: 'error',
      success: false,
      timedOut: false,
      error: undefined,
      errorType: 'RangeError',
      startTime: new Date('2025-01-01T00:00:00.100Z'),
      endTime: new Date('2025-01-01T00:00:00.300Z'),
      durationMs: 200,
      durationSeconds: 0.2,
      inputBytes: 0,
      outputBytes: 0,
      retries: 0,
      chunks: 0,
      timeToFirstChunkSeconds: undefined,
      traceId: undefined,
    });
    expect(agent).toMatchObject({
      kind: 'agent',
      agentId: 'writer',
      status: 'success',
      success: true,
      durationMs: 600,
      durationSeconds: 0.6,
    });
  });

  it('hear of what was measured elsewhere, and of model calls', async () => {
    const { metrics } = await start();
    metrics.recordAgentExecution({ agentId: 'writer', durationMs: 5, status: 'timeout' });
    metrics.recordToolExecution({ toolName: 'search', durationMs: 6, status: 'success', inputBytes: 7, retries: 1 });
    metrics.recordModelCall({ model: 'gpt-4', durationMs: 8, timeToFirstTokenMs: 500 });
    metrics.recordCacheHit();
    expect(onExecution.mock.calls).toEqual([
      [expect.objectContaining({ kind: 'agent', timedOut: true, errorType: 'TimeoutError' })],
      [expect.objectContaining({ kind: 'tool', inputBytes: 7, retries: 1, agentId: undefined })],
      [expect.objectContaining({ kind: 'model', model: 'gpt-4', durationMs: 8, timeToFirstChunkSeconds: 0.5 })],
    ]);
  });

  it('get the same frozen records, which are those of the history', async () => {
    const { app, metrics } = await start();
    await app.get(Crew).write();
    expect(heard).toHaveLength(2);
    for (const [i, [execution]] of onExecution.mock.calls.entries()) {
      expect(execution).toBe(heard[i]);
      expect(Object.isFrozen(execution)).toBe(true);
    }
    expect(metrics.getHistory()).toEqual([...heard].reverse());
  });

  it('hear of executions that the history does not keep', async () => {
    const { app } = await start({ historySize: 0 });
    await app.get(Crew).write();
    expect(onExecution).toHaveBeenCalledTimes(2);
  });

  it('hear of executions of an application without onExecution on the channel', async () => {
    const { app } = await start({ onExecution: undefined });
    await app.get(Crew).write();
    expect(heard.map(({ kind }) => kind)).toEqual(['tool', 'agent']);
  });

  it('hear nothing of invalid records, and nothing while recording is off', async () => {
    const { app, metrics } = await start();
    metrics.recordToolExecution({ toolName: '', durationMs: 1, status: 'success' });
    metrics.disable();
    metrics.recordToolExecution({ toolName: 'search', durationMs: 1, status: 'success' });
    await app.get(Crew).write();
    expect(onExecution).not.toHaveBeenCalled();
    expect(heard).toEqual([]);
  });

  it('hear of what began before a reset: it was worked and paid for, though it counts no more', async () => {
    const { metrics, tracker } = await start();
    await tracker.trackAgent('writer', async () => metrics.reset());
    expect(onExecution.mock.calls).toEqual([[expect.objectContaining({ agentId: 'writer', status: 'success' })]]);
    expect(metrics.getSystemMetrics()).toMatchObject({ totalRequests: 0, lastUpdated: null });
    expect(metrics.getHistory()).toEqual([]);
  });

  it('hear of what the close of the application cancels', async () => {
    const app = await start();
    void app.tracker.trackTool('search', () => new Promise(() => {}));
    await app.close();
    expect(onExecution.mock.calls).toEqual([[expect.objectContaining({ toolName: 'search', status: 'cancelled' })]]);
  });

  it('see the numbers that their execution is part of already', async () => {
    const app = await start();
    const seen: number[] = [];
    onExecution.mockImplementation(() => void seen.push(app.metrics.getSystemMetrics().totalRequests));
    app.metrics.recordAgentExecution({ agentId: 'writer', durationMs: 5, status: 'success' });
    app.metrics.recordAgentExecution({ agentId: 'writer', durationMs: 5, status: 'success' });
    expect(seen).toEqual([1, 2]);
  });

  describe.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('No billing service.');
      },
    ],
    ['rejects', () => Promise.reject(new Error('No billing service.'))],
  ])('An onExecution that %s', (_what, listener) => {
    it('harms neither the call, nor the numbers, nor who else listens, and is logged once', async () => {
      const { app, metrics, log } = await start();
      onExecution.mockImplementation(listener);
      for (let i = 0; i < 3; i += 1) await expect(app.get(Crew).write()).resolves.toBe('written');
      await expect(app.get(Crew).search()).rejects.toThrow(RangeError);
      metrics.recordModelCall({ model: 'gpt-4' });
      await setImmediate();
      expect(onExecution).toHaveBeenCalledTimes(8);
      expect(heard).toHaveLength(8);
      expect(metrics.getAgentMetrics('writer')).toMatchObject({ successCount: 3, inProgress: 0 });
      expect(metrics.getToolMetrics('search')).toMatchObject({ errorCount: 4, inProgress: 0 });
      expect(log.errors).toEqual([expect.stringContaining('"onExecution"')]);
    });
  });
});
