import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { get } from 'node:http';
import { ExecutionTracker, MetricsModule, type MetricsCollector } from '../src';
import { ExpositionSamples } from './support/exposition-samples';
import { rawRequest } from './support/raw-request';
import { TestApp } from './support/test-app';

const NAMES = 500;

/** How many turns of the event loop others get while something is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work().finally(() => (isDone = true));
  return turns;
}

/** Without anything that looks at the time, which `countTime` drives. */
function read(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}

/** Each reading of the time is a millisecond later: a slice is so many readings, however quick the machine is. */
function countTime(): void {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => (now += 1));
}

describe('Beside hundreds of names', () => {
  let app: TestApp;
  let metrics: MetricsCollector;

  beforeEach(async () => {
    const options = { endpoint: { public: true }, maxSeries: 2 * NAMES, historySize: NAMES, defaultMetrics: false };
    app = await TestApp.start({ imports: [MetricsModule.forRoot(options)] });
    metrics = app.collector;
  });

  afterEach(() => jest.restoreAllMocks());

  const recordTools = (agentOf: (index: number) => string | undefined) => {
    for (let index = 0; index < NAMES; index += 1) {
      const [agentId, toolName] = [agentOf(index), `tool ${index}`];
      metrics.recordToolExecution({ agentId, toolName, durationMs: 1, status: 'success' });
    }
  };

  it.each<[where: string, agentOf: (index: number) => string | undefined]>([
    ['of many agents', (index) => `agent ${index % 50}`],
    ['of one agent', () => 'agent'],
    ['outside agents', () => undefined],
  ])('the JSON of tools %s lets others run', async (_where, agentOf) => {
    recordTools(agentOf);
    countTime();
    expect(await turnsDuring(() => metrics.exportMetrics('json'))).toBeGreaterThan(NAMES / 5);
  });

  it('the JSON of models lets others run', async () => {
    for (let index = 0; index < NAMES; index += 1) metrics.recordModelCall({ model: `m ${index}`, inputTokens: 1 });
    countTime();
    expect(await turnsDuring(() => metrics.exportMetrics('json'))).toBeGreaterThan(NAMES / 5);
  });

  it.each(['prometheus', 'openmetrics'] as const)('the %s text of models lets others run', async (format) => {
    for (let index = 0; index < NAMES; index += 1) metrics.recordModelCall({ model: `m ${index}`, inputTokens: 1 });
    countTime();
    expect(await turnsDuring(() => metrics.exportMetrics(format))).toBeGreaterThan(NAMES / 5);
  });

  it.each(['history', 'trends', 'running'])('/metrics/%s lets others run', async (route) => {
    recordTools(() => undefined);
    const tracker = app.nest.get(ExecutionTracker, { strict: false });
    const running = Array.from({ length: NAMES }, () => tracker.start({ kind: 'tool', name: 'runs' }));
    countTime();
    expect(await turnsDuring(async () => read(`${app.url}/metrics/${route}`))).toBeGreaterThan(NAMES / 10);
    for (const execution of running) execution.end();
  });

  it('the text says of models what was true at one moment', async () => {
    const recordAll = () => {
      for (let index = 0; index < NAMES; index += 1) {
        const call = { inputTokens: 7, costUsd: 0.5, durationMs: 1, timeToFirstTokenMs: 1 };
        metrics.recordModelCall({ model: `m ${index}`, agentId: `agent ${index % 2}`, ...call });
      }
    };
    recordAll();
    countTime();
    const text = metrics.exportMetrics('prometheus');
    setImmediate(recordAll);
    const samples = new ExpositionSamples(await text);
    expect(samples.sum('crew_model_calls_total')).toBe(NAMES);
    expect(samples.sum('crew_model_call_duration_seconds_count')).toBe(NAMES);
    expect(samples.sum('crew_model_tokens_total', { type: 'input' })).toBe(7 * NAMES);
    expect(samples.sum('crew_model_cost_usd_total')).toBe(NAMES / 2);
    expect(metrics.getModelMetrics('m 0')!.executionCount).toBe(2);
  });

  /** Asks for a document and does something as soon as the first part of it is written. */
  const readWhile = async (route: string, act: () => void) => {
    countTime();
    const begin = () => setImmediate(() => setImmediate(act));
    subscribe('http.server.request.start', begin);
    const response = await rawRequest(`${app.url}/metrics/${route}`);
    unsubscribe('http.server.request.start', begin);
    return (JSON.parse(response.body.toString()) as { executions: Record<string, unknown>[] }).executions;
  };

  it('the history is without what is written over before it is read', async () => {
    recordTools(() => undefined);
    const executions = await readWhile('history', () => {
      for (let index = 0; index < NAMES / 4; index += 1) {
        metrics.recordToolExecution({ toolName: 'newer', durationMs: 1, status: 'success' });
      }
    });
    const names = executions.map((execution) => execution['tool_name']);
    expect(names.length).toBeLessThan(NAMES);
    expect(names).toEqual(names.map((_, index) => `tool ${NAMES - 1 - index}`));
    expect(metrics.getHistory({ toolName: 'newer' })).toHaveLength(NAMES / 4);
  });

  it('what runs is what ran when it was asked for', async () => {
    const tracker = app.nest.get(ExecutionTracker, { strict: false });
    const running = Array.from({ length: NAMES }, () => tracker.start({ kind: 'tool', name: 'runs' }));
    app.clock.advance(1_000);
    const executions = await readWhile('running', () => {
      app.clock.advance(1_000);
      for (const execution of running) execution.end();
    });
    expect(executions).toHaveLength(NAMES);
    expect(new Set(executions.map((execution) => execution['age_seconds']))).toEqual(new Set([1]));
    expect(metrics.getRunning()).toEqual([]);
  });

  it('the JSON says what was true when it was asked for', async () => {
    recordTools(() => 'agent');
    metrics.recordModelCall({ model: 'm', agentId: 'agent', inputTokens: 1 });
    metrics.recordCacheHit('pages');
    countTime();
    const text = metrics.exportMetrics('json');
    setImmediate(() => {
      recordTools(() => 'agent');
      metrics.recordModelCall({ model: 'm', agentId: 'agent', inputTokens: 1 });
      metrics.recordCacheHit('pages');
    });
    const document = JSON.parse(await text) as Record<string, Record<string, Record<string, unknown>>>;
    const counts = Object.values(document['tool_metrics']!).map((tool) => tool['execution_count']);
    expect(counts).toEqual(Array.from({ length: NAMES }, () => 1));
    expect(document['agent_metrics']!['agent']).toMatchObject({
      token_usage: { calls: 1, input_tokens: 1 },
      tool_metrics: { [`tool ${NAMES - 1}`]: { execution_count: 1 } },
    });
    expect(document['model_metrics']).toMatchObject({ m: { execution_count: 1 } });
    expect(document['cache_metrics']).toMatchObject({ pages: { hits: 1 } });
    expect(metrics.getToolMetrics('tool 0')!.executionCount).toBe(2);
  });
});
