import { ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { DataPointType, MeterProvider, type HistogramMetricData, type MetricData } from '@opentelemetry/sdk-metrics';
import { agentMetricsProducer, type AgentMetricsProducerOptions } from 'nestjs-agent-metrics/otel';
import type { MetricsRootOptions } from '../../src';
import { METRIC_FAMILIES } from '../../src/export/families/metric-families';
import { METRIC_NAMES } from '../../src/export/open-telemetry/metric-names';
import { ManualClock } from '../../src/testing';
import { VERSION } from '../../src/version';
import { CollectionApp } from '../support/collection-app';
import { AskedReader, prometheusSamples } from '../support/open-telemetry-samples';
import { runProgram } from '../processes/run-program';

const START = new ManualClock().wallTime();

/** A meter provider of the SDK with one reader, which is shut down after the test. */
class Telemetry {
  private readonly reader: AskedReader;
  private readonly provider: MeterProvider;

  constructor(options?: AgentMetricsProducerOptions) {
    this.reader = new AskedReader({ metricProducers: [agentMetricsProducer(options)] });
    const resource = resourceFromAttributes({ 'service.name': 'crew' });
    this.provider = new MeterProvider({ resource, readers: [this.reader] });
  }

  collect() {
    return this.reader.collect();
  }

  /** Fails where anything went wrong. */
  async metrics(): Promise<readonly MetricData[]> {
    const { errors, resourceMetrics } = await this.collect();
    expect(errors).toEqual([]);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  }

  async metric(name: string): Promise<MetricData | undefined> {
    return (await this.metrics()).find(({ descriptor }) => descriptor.name === name);
  }

  shutdown(): Promise<void> {
    return this.provider.shutdown();
  }
}

const seconds = (milliseconds: number) => [Math.floor(milliseconds / 1_000), (milliseconds % 1_000) * 1e6];

/** Attributes and values. */
const pointsOf = (metric: MetricData | undefined) =>
  (metric?.dataPoints ?? []).map(({ attributes, value }): [object, unknown] => [attributes, value]);

const finish = (app: CollectionApp, agentId = 'researcher', durationMs = 1_500) =>
  app.metrics.recordAgentExecution({ agentId, durationMs, status: 'success' });

/** Something of every family. */
async function startBusy(options: MetricsRootOptions = {}): Promise<CollectionApp> {
  const app = await CollectionApp.start({
    breakdown: { by: 'tenant', value: () => 'acme' },
    budgets: [{ name: 'all', by: 'application', costUsd: 10, window: '1d' }],
    limits: { agent: { toolCalls: 1, onExceeded: 'report' } },
    measureRepeats: true,
    pricing: { 'gpt-x': { inputPerMillion: 2, outputPerMillion: 8 } },
    maxSeries: 3,
    ...options,
  });
  const { metrics, tracker, clock } = app;
  tracker.trackAgent('researcher', () => {
    for (const query of ['a', 'a', 'b']) tracker.trackTool('search', () => query);
    const call = tracker.start({ kind: 'model', name: 'gpt-x', provider: 'openai' });
    clock.advance(250);
    call.firstToken();
    call.usage({
      inputTokens: 1_200,
      cachedInputTokens: 200,
      cacheWriteTokens: 100,
      outputTokens: 300,
      reasoningTokens: 50,
    });
    clock.advance(750);
    call.end();
  });
  expect(() =>
    tracker.trackTool('search', () => {
      throw new RangeError('Planned.');
    }),
  ).toThrow(RangeError);
  metrics.recordModelCall({ model: 'free', status: 'error', errorType: 'RateLimitError', durationMs: 40 });
  metrics.recordToolExecution({
    toolName: 'read',
    durationMs: 0.1,
    status: 'timeout',
    inputBytes: 7,
    outputBytes: 9,
    retries: 2,
  });
  metrics.recordCacheHit();
  metrics.recordCacheMiss('pages');
  for (const agentId of ['b', 'c', 'd']) finish(app, agentId);
  const failed = tracker.start({ kind: 'agent', id: 'b' });
  failed.chunk();
  const resume = failed.pause();
  clock.advance(2_000);
  resume();
  failed.end({ error: new RangeError('Planned.') });
  tracker.start({ kind: 'agent', id: 'slow' });
  return app;
}

describe('Metrics for the SDK', () => {
  it('stand beside its own, under its resource, in a scope with our name and version', async () => {
    finish(await CollectionApp.start());
    const { resourceMetrics, errors } = await new Telemetry().collect();
    expect(errors).toEqual([]);
    expect(resourceMetrics.resource.attributes).toEqual({ 'service.name': 'crew' });
    expect(resourceMetrics.scopeMetrics.map(({ scope }) => scope)).toEqual([
      { name: 'nestjs-agent-metrics', version: VERSION },
    ]);
  });

  it('have the names, units and attributes of the conventions, where these have some', async () => {
    await startBusy();
    const found = await new Telemetry({ legacy: true }).metrics();
    const conventions = found.filter(({ descriptor }) => descriptor.name.startsWith('gen_ai.'));
    expect(
      conventions.map(({ descriptor: { name, unit, valueType }, dataPointType, dataPoints }) => [
        name,
        unit,
        DataPointType[dataPointType],
        ValueType[valueType],
        Object.keys(dataPoints[0]!.attributes).sort(),
      ]),
    ).toEqual([
      ['gen_ai.invoke_agent.duration', 's', 'HISTOGRAM', 'DOUBLE', ['gen_ai.agent.name']],
      ['gen_ai.invoke_agent.tool_calls', '{tool_call}', 'HISTOGRAM', 'DOUBLE', ['gen_ai.agent.name']],
      ['gen_ai.invoke_agent.inference_calls', '{inference_call}', 'HISTOGRAM', 'DOUBLE', ['gen_ai.agent.name']],
      ['gen_ai.execute_tool.duration', 's', 'HISTOGRAM', 'DOUBLE', ['gen_ai.agent.name', ...OF_TOOLS]],
      ['gen_ai.client.inference.duration', 's', 'HISTOGRAM', 'DOUBLE', OF_MODELS],
      ['gen_ai.client.inference.time_to_first_chunk', 's', 'HISTOGRAM', 'DOUBLE', OF_MODELS],
      ...[
        'input_tokens',
        'output_tokens',
        'cache_read.input_tokens',
        'cache_write.input_tokens',
        'reasoning.output_tokens',
      ].map((name) => [`gen_ai.client.inference.usage.${name}`, '{token}', 'SUM', 'INT', OF_USAGE]),
      [
        'gen_ai.client.token.usage',
        '{token}',
        'HISTOGRAM',
        'DOUBLE',
        ['gen_ai.agent.name', ...OF_MODELS, 'gen_ai.token.type'],
      ],
    ]);
  });

  it('say of tokens what the conventions mean, whose counts overlap', async () => {
    await startBusy();
    const telemetry = new Telemetry({ legacy: true });
    const values = async (name: string) => {
      const points = pointsOf(await telemetry.metric(`gen_ai.client.inference.usage.${name}`));
      return points.filter(([attributes]) => 'gen_ai.agent.name' in attributes).map(([, value]) => value);
    };
    expect(await values('input_tokens')).toEqual([1_200]);
    expect(await values('cache_read.input_tokens')).toEqual([200]);
    expect(await values('cache_write.input_tokens')).toEqual([100]);
    expect(await values('output_tokens')).toEqual([300]);
    expect(await values('reasoning.output_tokens')).toEqual([50]);

    const model = {
      'gen_ai.request.model': 'gpt-x',
      'gen_ai.provider.name': 'openai',
      'gen_ai.agent.name': 'researcher',
    };
    const call = { 'gen_ai.operation.name': 'chat', ...model };
    const legacy = pointsOf(await telemetry.metric('gen_ai.client.token.usage'));
    expect(legacy.slice(0, 2)).toEqual([
      [
        { ...call, 'gen_ai.token.type': 'input' },
        { buckets: { boundaries: [], counts: [1] }, count: 1, sum: 1_200 },
      ],
      [
        { ...call, 'gen_ai.token.type': 'output' },
        { buckets: { boundaries: [], counts: [1] }, count: 1, sum: 300 },
      ],
    ]);
    expect(await new Telemetry().metric('gen_ai.client.token.usage')).toBeUndefined();
  });

  it('have names with the prefix where the conventions have none, and attributes likewise', async () => {
    const app = await startBusy({ prefix: 'desk' });
    app.metrics.recordModelCall({ model: 'busy', provider: 'x', status: 'error', errorType: 'E', durationMs: 1 });
    const telemetry = new Telemetry();
    expect(pointsOf(await telemetry.metric('desk.tenant.requests'))).toContainEqual([
      { tenant: 'acme', 'desk.status': 'success' },
      expect.any(Number),
    ]);
    expect(pointsOf(await telemetry.metric('desk.tool.errors'))).toEqual([
      [{ 'gen_ai.tool.name': 'search', 'error.type': 'RangeError' }, 1],
      [{ 'gen_ai.tool.name': 'read', 'error.type': 'TimeoutError' }, 1],
    ]);
    expect(pointsOf(await telemetry.metric('desk.cache.hits'))).toContainEqual([{}, 1]);
    expect(pointsOf(await telemetry.metric('desk.budget.spent'))).toEqual([
      [{ 'desk.budget': 'all' }, expect.any(Number)],
    ]);
  });

  it('have the status of an HTTP error as a number', async () => {
    const { tracker } = await CollectionApp.start();
    const call = tracker.start({ kind: 'model', name: 'm' });
    call.end({ error: Object.assign(new Error('Planned.'), { name: 'RateLimitError', status: 429 }) });
    expect(pointsOf(await new Telemetry().metric('crew.model.errors'))).toEqual([
      [{ 'gen_ai.request.model': 'm', 'error.type': 'RateLimitError', 'http.response.status_code': 429 }, 1],
    ]);
  });

  it('are whole numbers where they count, unless parts were recorded', async () => {
    const { metrics } = await CollectionApp.start();
    const tool = { toolName: 't', durationMs: 1, status: 'success' } as const;
    metrics.recordToolExecution({ ...tool, inputBytes: 2, outputBytes: 0.5 });
    const telemetry = new Telemetry();
    const typeOf = async (name: string) => ValueType[(await telemetry.metric(name))!.descriptor.valueType];
    expect(await typeOf('crew.tool.executions')).toBe('INT');
    expect(await typeOf('crew.tool.input')).toBe('INT');
    expect(await typeOf('crew.tool.output')).toBe('DOUBLE');
    expect(pointsOf(await telemetry.metric('crew.tool.output'))).toEqual([[{ 'gen_ai.tool.name': 't' }, 0.5]]);
  });

  it('grow only where they are counters, are sums where processes add up, and gauges elsewhere', async () => {
    await startBusy();
    const telemetry = new Telemetry();
    expect(await telemetry.metric('crew.requests')).toMatchObject({
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
    });
    expect(await telemetry.metric('crew.agent.executions_in_progress')).toMatchObject({
      dataPointType: DataPointType.SUM,
      isMonotonic: false,
    });
    expect(await telemetry.metric('crew.start_time')).toMatchObject({ dataPointType: DataPointType.GAUGE });
  });

  it('have the smallest and the largest of a histogram, and none of an empty one', async () => {
    const app = await CollectionApp.start({ buckets: { agent: [1, 2] } });
    for (const durationMs of [500, 1_000, 1_700, 9_000]) finish(app, 'a', durationMs);
    app.tracker.start({ kind: 'agent', id: 'b' });
    const metric = (await new Telemetry().metric('gen_ai.invoke_agent.duration')) as HistogramMetricData;
    expect(metric.dataPoints.map(({ value }) => value)).toEqual([
      { buckets: { boundaries: [1, 2], counts: [2, 1, 1] }, count: 4, sum: 12.2, min: 0.5, max: 9 },
      { buckets: { boundaries: [1, 2], counts: [0, 0, 0] }, count: 0, sum: 0 },
    ]);
  });

  it('have default labels as attributes', async () => {
    finish(await CollectionApp.start({ defaultLabels: { version: '7' } }));
    for (const names of ['gen_ai', 'crew'] as const) {
      const metrics = await new Telemetry({ names }).metrics();
      expect(metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes['version']))).toEqual(
        metrics.flatMap(({ dataPoints }) => dataPoints.map(() => '7')),
      );
    }
  });

  it('are the same series under other names, those of all families', async () => {
    expect(Object.keys(METRIC_NAMES)).toEqual(METRIC_FAMILIES.map(({ name }) => name));
    const app = await startBusy({ prefix: 'my_crew' });
    const metrics = await new Telemetry({ names: 'crew' }).metrics();
    expect(prometheusSamples(metrics)).toEqual((await app.samples()).toRecord());
    expect(metrics.map(({ descriptor }) => descriptor.name)).toHaveLength(METRIC_FAMILIES.length);
  });

  it('have well-formed attributes, whatever names there are', async () => {
    const app = await CollectionApp.start();
    for (const name of ['\ud800', '\udc00x', 'a\u0000b', '__proto__', 'x'.repeat(400)]) finish(app, name);
    const metric = await new Telemetry().metric('gen_ai.invoke_agent.duration');
    const names = pointsOf(metric).map(([attributes]) => Object.values(attributes)[0] as string);
    expect(names).toEqual(['\ufffd', '\ufffdx', 'a\u0000b', '__proto__', 'x'.repeat(128)]);
  });
});

const OF_TOOLS = ['gen_ai.operation.name', 'gen_ai.tool.name'];
const OF_MODELS = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'];
const OF_USAGE = ['gen_ai.agent.name', ...OF_MODELS, 'gen_ai.token.modality'];

describe('The time of a point', () => {
  it('is from the birth of its series to the collection', async () => {
    const app = await CollectionApp.start();
    app.clock.advance(1_250);
    finish(app);
    app.clock.advance(500.25);
    const metric = await new Telemetry().metric('gen_ai.invoke_agent.duration');
    expect(metric?.dataPoints.map(({ startTime, endTime }) => [startTime, endTime])).toEqual([
      [seconds(START + 1_250), seconds(START + 1_750.25)],
    ]);
  });

  it('begins anew with a reset', async () => {
    const app = await CollectionApp.start();
    finish(app);
    app.clock.advance(1_000);
    app.metrics.reset();
    finish(app);
    const telemetry = new Telemetry();
    for (const name of ['gen_ai.invoke_agent.duration', 'crew.requests', 'crew.requests_in_progress']) {
      expect((await telemetry.metric(name))?.dataPoints[0]?.startTime).toEqual(seconds(START + 1_000));
    }
  });

  it('never ends before it begins, also where the clock is set back', async () => {
    const app = await CollectionApp.start();
    jest.spyOn(app.clock, 'wallTime').mockImplementation(() => START - 5_000);
    for (const { dataPoints } of await new Telemetry().metrics()) {
      for (const { startTime, endTime } of dataPoints)
        expect([startTime, endTime]).toEqual([endTime, seconds(START - 5_000)]);
    }
  });
});

describe('The application that is read', () => {
  const requests = (metric: MetricData | undefined) =>
    pointsOf(metric).find(([attributes]) => Object.values(attributes)[0] === 'success')?.[1];

  it('is the only live one, and where there is none nothing is collected', async () => {
    const telemetry = new Telemetry();
    expect((await telemetry.collect()).resourceMetrics.scopeMetrics).toEqual([]);
    finish(await CollectionApp.start());
    expect(requests(await telemetry.metric('crew.requests'))).toBe(1);
  });

  it('is none of several, which is said once in the log and each time to the SDK', async () => {
    const apps = [await CollectionApp.start(), await CollectionApp.start()];
    const telemetry = new Telemetry();
    const warning: unknown = expect.stringContaining('"collector"');
    for (let time = 0; time < 2; time += 1) {
      const { errors, resourceMetrics } = await telemetry.collect();
      expect([errors, resourceMetrics.scopeMetrics]).toEqual([[expect.objectContaining({ message: warning })], []]);
    }
    expect(apps.flatMap(({ log }) => log.warnings)).toEqual([warning]);
  });

  it.each(['the collector', 'a function'])('is that of the option "collector", which is %s', async (how) => {
    const [first, second] = [await CollectionApp.start(), await CollectionApp.start()];
    finish(first);
    finish(second);
    finish(second);
    const telemetry = new Telemetry({ collector: how === 'a function' ? () => second.metrics : second.metrics });
    expect(requests(await telemetry.metric('crew.requests'))).toBe(2);
    await first.close();
    expect(requests(await telemetry.metric('crew.requests'))).toBe(2);
    await second.close();
    expect(requests(await telemetry.metric('crew.requests'))).toBe(2);
    expect(await telemetry.metrics()).toEqual([]);
  });

  it('is none as long as the function gives none', async () => {
    const app = await CollectionApp.start();
    expect(await new Telemetry({ collector: () => undefined }).metrics()).toEqual([]);
    const fault = new Error('Not yet.');
    const failing = new Telemetry({
      collector: () => {
        throw fault;
      },
    });
    expect((await failing.collect()).errors).toEqual([fault]);
    await app.close();
    expect((await failing.collect()).resourceMetrics.scopeMetrics).toEqual([]);
  });

  it('is read once more after it has closed, with what ended as it closed', async () => {
    const app = await CollectionApp.start();
    const telemetry = new Telemetry();
    finish(app);
    app.tracker.start({ kind: 'agent', id: 'slow' });
    await telemetry.metrics();
    app.clock.advance(1_000);
    await app.close();
    app.clock.advance(1_000);
    const metric = await telemetry.metric('crew.requests');
    expect(pointsOf(metric)).toContainEqual([{ 'crew.status': 'cancelled' }, 1]);
    expect(metric?.dataPoints[0]?.endTime).toEqual(seconds(START + 1_000));
    expect(await telemetry.metrics()).toEqual([]);
  });

  it('comes after one that has closed', async () => {
    const telemetry = new Telemetry();
    const first = await CollectionApp.start();
    finish(first);
    await first.close();
    await CollectionApp.start();
    const { scopeMetrics } = (await telemetry.collect()).resourceMetrics;
    const counts = scopeMetrics.map(({ metrics }) =>
      requests(metrics.find((each) => each.descriptor.name === 'crew.requests')),
    );
    expect(counts).toEqual([1, 0]);
  });

  it('costs the SDK nothing where a number cannot be read, and is said in the log', async () => {
    const app = await CollectionApp.start({ recordMemory: true });
    const fault = new Error('No memory.');
    jest.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
      throw fault;
    });
    const { errors } = await new Telemetry().collect();
    jest.restoreAllMocks();
    expect([errors, app.log.errors.length]).toEqual([[fault], 1]);
  });
});

describe('agentMetricsProducer', () => {
  it.each([
    [{ names: 'otel' }, `the option "names" is 'otel'; it must be 'gen_ai' or 'crew'.`],
    [{ legacy: 1 }, 'the option "legacy" is 1; it must be true or false.'],
    [
      { collector: 'mine' },
      `the option "collector" is 'mine'; it must be a MetricsCollector, or a function that gives one.`,
    ],
  ])('refuses %p', (options, message) => {
    expect(() => agentMetricsProducer(options as never)).toThrow(new TypeError(`agentMetricsProducer: ${message}`));
  });

  it('is loaded by its entry alone', async () => {
    expect(await runProgram<string[]>('loaded-files')).toEqual([]);
  });
});
