import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  ExecutionTracker,
  METRICS_CLOCK,
  MetricsCollector,
  MetricsModule,
  TrackAgent,
  TrackTool,
  type MetricsModuleOptions,
} from '../src';
import type { MetricsStore } from '../src/collection/metrics-store';
import { ManualClock } from '../src/testing';
import { collectGarbageUntil } from './support/garbage-collector';

@Injectable()
class Dispatcher {
  @TrackTool({ name: (tool: string) => tool, allowed: ['search', 'calculate'] })
  dispatch(_tool: string) {
    return 'done';
  }

  @TrackAgent({ id: (agent: string) => agent, allowed: ['planner'] })
  act(_agent: string) {
    return 'done';
  }
}

describe('where an execution is counted', () => {
  const clock = new ManualClock();
  let module: TestingModule;
  let metrics: MetricsCollector;

  async function start(options: MetricsModuleOptions): Promise<void> {
    module = await Test.createTestingModule({ imports: [MetricsModule.forRoot(options)], providers: [Dispatcher] })
      .overrideProvider(METRICS_CLOCK)
      .useValue(clock)
      .compile();
    await module.init();
    metrics = module.get(MetricsCollector);
  }

  afterEach(() => module.close());

  it('is a place of its own for every name that a decorator allows, however full it is', async () => {
    await start({ maxSeries: 1 });
    expect([...metrics.getTools().keys(), ...metrics.getAgents().keys()]).toEqual([]);
    metrics.recordToolExecution({ toolName: 'noise', durationMs: 1, status: 'success' });
    metrics.recordAgentExecution({ agentId: 'noise', durationMs: 1, status: 'success' });
    for (const tool of ['search', 'calculate', 'invented']) module.get(Dispatcher).dispatch(tool);
    for (const agent of ['planner', 'invented']) module.get(Dispatcher).act(agent);
    expect([...metrics.getTools().keys()]).toEqual(['noise', 'search', 'calculate', '__other__']);
    expect([...metrics.getAgents().keys()]).toEqual(['noise', 'planner', '__other__']);
  });

  it('makes no difference to what a model call costs', async () => {
    await start({ maxSeries: 0, pricing: { 'gpt-x': { inputPerMillion: 3, outputPerMillion: 0 } } });
    const usage = () => ({ inputTokens: 1e6 });
    await module.get(ExecutionTracker).trackModel({ model: 'gpt-x', usage }, async () => 'answer');
    expect(metrics.getModelMetrics('__other__')).toMatchObject({ tokenUsage: { costUsd: 3, unpricedCalls: 0 } });
  });

  it.each(['reset', 'disable'] as const)('is nowhere for what %s has left uncounted, in no gauge', async (outlived) => {
    await start({});
    const tracker = module.get(ExecutionTracker);
    if (outlived === 'disable') metrics.disable();
    const handle = tracker.start({ kind: 'agent', id: 'stuck' });
    if (outlived === 'reset') metrics.reset();
    metrics.enable();
    metrics.recordAgentExecution({ agentId: 'stuck', durationMs: 1, status: 'success' });
    clock.advance(5_000);
    const text = await metrics.exportMetrics('prometheus');
    expect(text).toContain('crew_agent_executions_in_progress{agent="stuck"} 0\n');
    expect(text).toContain('crew_agent_oldest_in_progress_seconds{agent="stuck"} 0\n');
    expect(metrics.getRunning()).toMatchObject([{ agentId: 'stuck', ageSeconds: 5 }]);
    handle.end();
  });

  it('is let go with a reset, though most of its methods are not called again', async () => {
    await start({});
    const store = Reflect.get(metrics, 'store') as MetricsStore;
    const callAll = () => {
      module.get(Dispatcher).dispatch('search');
      module.get(Dispatcher).act('planner');
      return new WeakRef(store.ledger);
    };
    const before = callAll();
    metrics.reset();
    module.get(Dispatcher).act('planner');
    await collectGarbageUntil(() => before.deref() === undefined);
    expect(before.deref()).toBeUndefined();
    expect([...metrics.getAgents().keys()]).toEqual(['planner']);
  });

  it('is a model too, for a call that begins and ends in different places', async () => {
    await start({});
    const call = module.get(ExecutionTracker).start({ kind: 'model', name: 'gpt-x', provider: 'openai' });
    call.run(() => metrics.recordModelCall({ model: 'gpt-x', inputTokens: 7 }));
    clock.advance(250);
    call.end();
    const expected = { executionCount: 1, maxDurationMs: 250, tokenUsage: { calls: 1, inputTokens: 7 } };
    expect(metrics.getModelMetrics('gpt-x')).toMatchObject(expected);
  });
});
