import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { ExecutionHandle } from '../src';
import { parseExposition } from '../src/testing';
import { CollectionApp } from './support/collection-app';
import type { Labels } from './support/exposition-samples';

const CALL_BOUNDS = ['1.0', '2.0', '4.0', '8.0', '16.0', '32.0', '64.0', '128.0', '+Inf'];

let app: CollectionApp;

beforeEach(async () => {
  app = await CollectionApp.start({ pricing: { priced: { inputPerMillion: 1, outputPerMillion: 1 } } });
});

/** One histogram: what it says of each bound, cumulative, and what it adds up to. Undefined where it is not there. */
async function histogram(family: string, labels: Labels = {}) {
  const samples = await app.samples();
  const buckets = samples.all(`crew_${family}_bucket`, labels);
  if (buckets.length === 0) return undefined;
  return {
    sum: samples.value(`crew_${family}_sum`, labels),
    count: samples.value(`crew_${family}_count`, labels),
    buckets: buckets.map(({ labels: { le }, value }) => [le, value]),
  };
}

const startAgent = (id: string, parent: ExecutionHandle | null = null) =>
  app.tracker.start({ kind: 'agent', id, parent });

function callTools(parent: ExecutionHandle, times: number): void {
  for (let i = 0; i < times; i += 1) app.tracker.start({ kind: 'tool', name: 'search', parent }).end();
}

function callModel(parent: ExecutionHandle, name: string, inputTokens?: number): void {
  const call = app.tracker.start({ kind: 'model', name, parent });
  if (inputTokens !== undefined) call.usage({ inputTokens });
  call.end();
}

describe('Calls of an agent execution', () => {
  it('are counted by their number, without those of agents inside it', async () => {
    const crew = startAgent('crew');
    callTools(crew, 3);
    callModel(crew, 'm');
    const inner = startAgent('helper', crew);
    callTools(inner, 129);
    inner.end();
    crew.end();
    startAgent('crew').end('error');
    const at = (...counts: number[]) => CALL_BOUNDS.map((le, index) => [le, counts[index]]);
    expect(await histogram('agent_tool_calls', { agent: 'crew' })).toEqual({
      sum: 3,
      count: 2,
      buckets: at(1, 1, 2, 2, 2, 2, 2, 2, 2),
    });
    expect(await histogram('agent_model_calls', { agent: 'crew' })).toEqual({
      sum: 1,
      count: 2,
      buckets: at(2, 2, 2, 2, 2, 2, 2, 2, 2),
    });
    expect(await histogram('agent_tool_calls', { agent: 'helper' })).toEqual({
      sum: 129,
      count: 1,
      buckets: at(0, 0, 0, 0, 0, 0, 0, 0, 1),
    });
  });

  it('count since the agent is known, and requests and waiting since the start and the first', async () => {
    const startTime = app.clock.wallTime();
    app.clock.advance(1_000);
    const crew = startAgent('crew');
    crew.pause();
    app.clock.advance(2_000);
    const created = async (family: string, labels?: Labels) => {
      const text = await app.metrics.exportMetrics('openmetrics');
      const seconds = parseExposition(text, 'openmetrics').value(`crew_${family}_created`, labels);
      return seconds === undefined ? undefined : seconds * 1_000 - startTime;
    };
    expect(await created('agent_tool_calls', { agent: 'crew' })).toBe(1_000);
    crew.end();
    expect(await created('agent_tool_calls', { agent: 'crew' })).toBe(1_000);
    expect(await created('agent_paused_seconds', { agent: 'crew' })).toBe(3_000);
    expect(await created('request_cost_usd')).toBe(0);
  });

  it('are none of an execution that was recorded: nobody says what it called', async () => {
    app.metrics.recordAgentExecution({ agentId: 'crew', durationMs: 5, status: 'success' });
    expect(await histogram('agent_tool_calls', { agent: 'crew' })).toMatchObject({ sum: 0, count: 0 });
    expect(await histogram('agent_model_calls', { agent: 'crew' })).toMatchObject({ sum: 0, count: 0 });
  });

  it('are there from the start of an agent, and gone with a reset', async () => {
    const crew = startAgent('crew');
    expect(await histogram('agent_tool_calls', { agent: 'crew' })).toMatchObject({ count: 0 });
    crew.end();
    expect(await histogram('agent_tool_calls', { agent: 'crew' })).toMatchObject({ count: 1 });
    app.metrics.reset();
    expect(await histogram('agent_tool_calls')).toBeUndefined();
  });
});

describe('An agent that waits for a human', () => {
  const paused = async () =>
    (await app.samples()).all('crew_agent_executions_paused').map(({ labels, value }) => [labels['agent'], value]);

  it('is paused until it goes on, however many wait', async () => {
    const [first, second] = [startAgent('crew'), startAgent('crew')];
    startAgent('other');
    const resumeFirst = first.pause();
    const resumeAgain = first.pause();
    const resumeSecond = second.pause();
    expect(await paused()).toEqual([
      ['crew', 2],
      ['other', 0],
    ]);
    resumeFirst();
    resumeSecond();
    expect(await paused()).toEqual([
      ['crew', 1],
      ['other', 0],
    ]);
    resumeAgain();
    expect(await paused()).toEqual([
      ['crew', 0],
      ['other', 0],
    ]);
  });

  it('is not paused once it has ended, and after a reset it is none of those', async () => {
    const ended = startAgent('crew');
    ended.pause();
    ended.end();
    expect(await paused()).toEqual([['crew', 0]]);
    startAgent('crew').pause();
    app.metrics.reset();
    startAgent('crew');
    expect(await paused()).toEqual([['crew', 0]]);
  });

  it('is counted by how long it waited, as are the agents around a tool that waits', async () => {
    const crew = startAgent('crew');
    const tool = app.tracker.start({ kind: 'tool', name: 'approve', parent: crew });
    const resume = tool.pause();
    app.clock.advance(20_000);
    resume();
    app.clock.advance(1_000);
    tool.end();
    crew.end();
    startAgent('crew').end();
    startAgent('hasty').end();
    const bounds = ['1.0', '5.0', '15.0', '60.0', '300.0', '900.0', '3600.0', '14400.0', '86400.0', '+Inf'];
    expect(await histogram('agent_paused_seconds', { agent: 'crew' })).toEqual({
      sum: 20,
      count: 1,
      buckets: bounds.map((le, index) => [le, index < 3 ? 0 : 1]),
    });
    expect(await histogram('agent_paused_seconds', { agent: 'hasty' })).toBeUndefined();
  });
});

describe('The cost of a request', () => {
  const bounds = '0.0001 0.0003 0.001 0.003 0.01 0.03 0.1 0.3 1.0 3.0 10.0 30.0 100.0 +Inf'.split(' ');

  it('has everything inside it, and is counted once, with the request', async () => {
    const crew = startAgent('crew');
    callModel(crew, 'priced', 1_500);
    const inner = startAgent('helper', crew);
    callModel(inner, 'priced', 500);
    callModel(inner, 'unpriced', 1_000_000);
    inner.end();
    expect(await histogram('request_cost_usd')).toMatchObject({ sum: 0, count: 0 });
    crew.end();
    expect(await histogram('request_cost_usd')).toEqual({
      sum: 0.002,
      count: 1,
      buckets: bounds.map((le, index) => [le, index < 3 ? 0 : 1]),
    });
  });

  it('is not known of requests that called no model, or none that has a price', async () => {
    startAgent('idle').end();
    const unpriced = startAgent('crew');
    callModel(unpriced, 'unpriced', 10);
    callModel(unpriced, 'priced');
    unpriced.end();
    app.metrics.recordAgentExecution({ agentId: 'crew', durationMs: 5, status: 'success' });
    expect(await histogram('request_cost_usd')).toMatchObject({ sum: 0, count: 0 });
    const free = startAgent('crew');
    callModel(free, 'priced', 0);
    free.end();
    expect(await histogram('request_cost_usd')).toMatchObject({ sum: 0, count: 1 });
  });

  it('adds up exactly', async () => {
    for (let i = 0; i < 3; i += 1) {
      const crew = startAgent('crew');
      callModel(crew, 'priced', 700);
      crew.end();
    }
    expect(await histogram('request_cost_usd')).toMatchObject({ sum: 0.0021, count: 3 });
  });

  it('leads to the trace of a request that cost so much', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    const span = new BasicTracerProvider().getTracer('test').startSpan('request');
    const crew = context.with(trace.setSpan(context.active(), span), () => startAgent('crew'));
    callModel(crew, 'priced', 2_000);
    crew.end();
    context.disable();
    const text = await app.metrics.exportMetrics('openmetrics');
    const { families } = parseExposition(text, 'openmetrics');
    const buckets = families.get('crew_request_cost_usd')!.samples.filter(({ exemplar }) => exemplar !== undefined);
    expect(buckets).toMatchObject([{ labels: { le: '0.003' }, exemplar: { value: 0.002 } }]);
  });
});
