import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type HistogramMetricData,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import { agentMetricsProducer, type AgentMetricsProducerOptions } from 'nestjs-agent-metrics/otel';
import { runNightlyReport } from '../../examples/otlp';
import { VERSION } from '../../src/version';
import { runProgram } from '../processes/run-program';
import { CollectionApp } from '../support/collection-app';
import { prometheusSamples } from '../support/open-telemetry-samples';
import { OtlpReceiver } from '../support/otlp-receiver';

const HOSTILE = ['a"b\n|\\', '__proto__', '😀', '\ud800', '\u0000\t', ' ', 'ü'.repeat(200)];

let receiver: OtlpReceiver;

beforeEach(async () => {
  receiver = await OtlpReceiver.start();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
});

afterEach(async () => {
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  await receiver.stop();
});

function startTelemetry(options?: AgentMetricsProducerOptions): MeterProvider {
  const exporter = new OTLPMetricExporter();
  const reader = new PeriodicExportingMetricReader({ exporter, metricProducers: [agentMetricsProducer(options)] });
  return new MeterProvider({ readers: [reader] });
}

const named = (name: string, metrics: readonly MetricData[] = receiver.last) =>
  metrics.find(({ descriptor }) => descriptor.name === name);
const pointsOf = (name: string) =>
  (named(name)?.dataPoints ?? []).map(({ attributes, value }): [object, unknown] => [attributes, value]);

describe('What arrives by OTLP', () => {
  it('is what the text says, number by number, whatever the names are', async () => {
    const app = await startWithNames();
    app.clock.advance(1_000);
    const telemetry = startTelemetry({ names: 'crew' });
    await telemetry.forceFlush();
    expect(prometheusSamples(receiver.last)).toEqual((await app.samples()).toRecord());
    app.metrics.recordCacheHit();
    await telemetry.shutdown();
    expect(prometheusSamples(receiver.last)).toEqual((await app.samples()).toRecord());
    expect(receiver.received).toHaveLength(2);
  });

  it('is cumulative since the start times, with units, under our name', async () => {
    const { clock } = await startWithNames();
    const start = clock.wallTime() / 1_000;
    clock.advance(90_000);
    const telemetry = startTelemetry();
    await telemetry.shutdown();
    expect(receiver.received.map(({ scopes }) => scopes)).toEqual([[`nestjs-agent-metrics ${VERSION}`]]);
    const duration = named('gen_ai.invoke_agent.duration');
    expect(duration).toMatchObject({
      descriptor: { unit: 's', description: 'Duration of agent executions, whatever their outcome.' },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    });
    for (const { startTime, endTime } of (duration as HistogramMetricData).dataPoints) {
      expect([startTime, endTime]).toEqual([
        [start, 0],
        [start + 90, 0],
      ]);
    }
    expect(named('crew.requests')).toMatchObject({ dataPointType: DataPointType.SUM, isMonotonic: true });
    expect(named('crew.start_time')).toMatchObject({ dataPointType: DataPointType.GAUGE });
  });

  it('is nothing where there is no application', async () => {
    await startTelemetry().shutdown();
    expect(receiver.received).toEqual([]);
  });

  it('has what the application counted as it closed, where the SDK is shut down after it', async () => {
    const app = await CollectionApp.start();
    const telemetry = startTelemetry();
    app.tracker.start({ kind: 'agent', id: 'slow' });
    await app.close();
    await telemetry.shutdown();
    expect(pointsOf('crew.requests')).toContainEqual([{ 'crew.status': 'cancelled' }, 1]);
  });

  it('shows as running what ran as the SDK was shut down before the application', async () => {
    const app = await CollectionApp.start();
    const telemetry = startTelemetry();
    app.tracker.start({ kind: 'agent', id: 'slow' });
    await telemetry.shutdown();
    await app.close();
    expect(pointsOf('crew.requests_in_progress')).toEqual([[{}, 1]]);
    expect(pointsOf('crew.requests')).toContainEqual([{ 'crew.status': 'cancelled' }, 0]);
    expect(receiver.received).toHaveLength(1);
  });
});

async function startWithNames(): Promise<CollectionApp> {
  const app = await CollectionApp.start({ pricing: { 'gpt-x': { inputPerMillion: 2.5, outputPerMillion: 10 } } });
  for (const [index, agentId] of HOSTILE.entries()) {
    app.metrics.recordToolExecution({
      toolName: agentId,
      agentId,
      durationMs: 0.7,
      status: 'error',
      errorType: agentId,
    });
    app.metrics.recordModelCall({ model: 'gpt-x', agentId, inputTokens: 2 ** 40 + index, outputTokens: index });
    app.metrics.recordAgentExecution({ agentId, durationMs: index * 1_000 + 0.1, status: 'success' });
  }
  return app;
}

describe('The recipes', () => {
  it('send the numbers of a job as it ends', async () => {
    await runNightlyReport();
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.resource).toMatchObject({ 'service.name': 'crew' });
    expect(pointsOf('crew.requests')).toContainEqual([{ 'crew.status': 'success' }, 1]);
    expect(pointsOf('gen_ai.invoke_agent.duration')).toEqual([
      [{ 'gen_ai.agent.name': 'crew' }, expect.objectContaining({ count: 1 })],
    ]);
  });

  it('send those of a handler with each invocation', async () => {
    expect(await runProgram<string[]>('otlp-handler', receiver.url)).toHaveLength(3);
    const counts = receiver.received.map(({ metrics }) => {
      const requests = named('crew.requests', metrics)?.dataPoints ?? [];
      return requests.find(({ attributes }) => attributes['crew.status'] === 'success')?.value;
    });
    expect(counts).toEqual([1, 2, 3]);
  });

  it('send the last ones of a container when it is stopped, with what that ended', async () => {
    expect(await runProgram<number>('otlp-container', receiver.url)).toBe(0);
    expect(receiver.received).toHaveLength(1);
    expect(pointsOf('crew.requests')).toContainEqual([{ 'crew.status': 'cancelled' }, 1]);
    expect(pointsOf('crew.requests_in_progress')).toEqual([[{}, 0]]);
  });
});
