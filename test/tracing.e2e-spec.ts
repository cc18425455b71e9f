import { Injectable } from '@nestjs/common';
import { context, trace, type SpanContext } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AlwaysOffSampler, AlwaysOnSampler, BasicTracerProvider, type Sampler } from '@opentelemetry/sdk-trace-base';
import { Counter, Histogram, Registry } from 'prom-client';
import { MetricsModule, TrackAgent, TrackTool, type MetricsModuleOptions } from '../src';
import { ManualClock, parseExposition, type Exposition } from '../src/testing';
import { runProgram } from './processes/run-program';
import { collectGarbageUntil } from './support/garbage-collector';
import { ADAPTERS, TestApp, type AdapterFactory } from './support/test-app';

@Injectable()
class SearchTool {
  constructor(private readonly clock: ManualClock) {}

  @TrackTool('search')
  async query(durationMs: number): Promise<string> {
    this.clock.advance(durationMs);
    if (durationMs > 1_000) throw new RangeError('Nothing found.');
    return 'found';
  }
}

@Injectable()
class ResearcherAgent {
  constructor(private readonly search: SearchTool) {}

  @TrackAgent('researcher')
  run(durationMs: number): Promise<string> {
    return this.search.query(durationMs);
  }
}

@Injectable()
class NarratorAgent {
  constructor(private readonly clock: ManualClock) {}

  @TrackAgent('narrator')
  *tell(): Generator<string> {
    this.clock.advance(40);
    yield 'Once upon a time';
    this.clock.advance(300);
  }
}

function useTracing(sampler: Sampler): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler }));
}

afterEach(() => {
  context.disable();
  trace.disable();
});

const start = (adapter?: AdapterFactory, options: MetricsModuleOptions = {}) =>
  TestApp.start(
    {
      imports: [MetricsModule.forRoot({ defaultMetrics: false, ...options })],
      providers: [SearchTool, ResearcherAgent, NarratorAgent],
    },
    { adapter },
  );

/** Runs the researcher within a span of its own. */
function runTraced(app: TestApp, durationMs: number): Promise<SpanContext> {
  return trace.getTracer('test').startActiveSpan('request', async (span) => {
    await app.nest.get(ResearcherAgent).run(durationMs).catch(String);
    span.end();
    return span.spanContext();
  });
}

async function fetchText(app: TestApp, accept: string): Promise<Exposition> {
  return parseExposition(await (await app.fetch('/metrics', { headers: { accept } })).text());
}

const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

/** What is marked in a scrape: the sample, with its last label, and what it is marked with. */
function exemplarsIn(scrape: Exposition): (readonly [sample: string, exemplar: object])[] {
  return [...scrape.families.values()]
    .flatMap(({ samples }) => samples)
    .flatMap(({ name, labels, exemplar }) =>
      exemplar === undefined ? [] : [[`${name} ${Object.values(labels).at(-1)}`, exemplar] as const],
    );
}

const exemplarOf = ({ traceId, spanId }: SpanContext, value: number, timestamp: number) => ({
  labels: { trace_id: traceId, span_id: spanId },
  value,
  timestamp,
});

describe.each(ADAPTERS)('Executions within a trace of OpenTelemetry, on %s', (_name, adapter) => {
  it('name it in the history, measured here or elsewhere, and nothing outside of one', async () => {
    useTracing(new AlwaysOnSampler());
    const app = await start(adapter);
    const { traceId } = await trace.getTracer('test').startActiveSpan('request', async (span) => {
      await app.nest.get(ResearcherAgent).run(1);
      app.collector.recordToolExecution({ toolName: 'measured', durationMs: 1, status: 'success' });
      span.end();
      return span.spanContext();
    });
    await app.nest.get(ResearcherAgent).run(1);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(app.collector.getHistory().map((execution) => execution.traceId)).toEqual([
      ...[undefined, undefined],
      ...[traceId, traceId, traceId],
    ]);
  });

  it('name it where OpenTelemetry comes into use after others have run, and not after it is switched off', async () => {
    const app = await start(adapter);
    await app.nest.get(ResearcherAgent).run(1);
    useTracing(new AlwaysOnSampler());
    const { traceId } = await runTraced(app, 1);
    context.disable();
    await app.nest.get(ResearcherAgent).run(1);
    expect(app.collector.getHistory().map((execution) => execution.traceId)).toEqual([
      ...[undefined, undefined],
      ...[traceId, traceId],
      ...[undefined, undefined],
    ]);
  });

  it('are the exemplars of the counts and buckets in which they are counted, the newest of each', async () => {
    useTracing(new AlwaysOnSampler());
    const app = await start(adapter);
    await runTraced(app, 30);
    const quick = await runTraced(app, 40);
    const quickEnd = app.clock.wallTime() / 1_000;
    const failed = await runTraced(app, 2_000);
    const failedEnd = app.clock.wallTime() / 1_000;
    const marks = exemplarsIn(await fetchText(app, OPENMETRICS));
    const marksOf = (family: string, quickBound: string, failedBound: string) => [
      [`crew_${family}s_total success`, exemplarOf(quick, 1, quickEnd)],
      [`crew_${family}s_total error`, exemplarOf(failed, 1, failedEnd)],
      [`crew_${family}_duration_seconds_bucket ${quickBound}`, exemplarOf(quick, 0.04, quickEnd)],
      [`crew_${family}_duration_seconds_bucket ${failedBound}`, exemplarOf(failed, 2, failedEnd)],
    ];
    expect(marks).toEqual([
      ...marksOf('request', '0.1', '2.5'),
      ...marksOf('agent_execution', '0.1', '2.5'),
      ['crew_agent_tool_calls_bucket 1.0', exemplarOf(failed, 1, failedEnd)],
      ['crew_agent_model_calls_bucket 1.0', exemplarOf(failed, 0, failedEnd)],
      ...marksOf('tool_execution', '0.05', '2.5'),
    ]);
  });

  it('are no exemplars in the older format', async () => {
    useTracing(new AlwaysOnSampler());
    const app = await start(adapter);
    await runTraced(app, 30);
    const response = await app.fetch('/metrics?format=prometheus');
    expect(await response.text()).not.toContain('trace_id');
  });

  it('are no exemplars where their trace is not sampled: nobody could look at it', async () => {
    useTracing(new AlwaysOffSampler());
    const app = await start(adapter);
    const { traceId } = await runTraced(app, 30);
    expect(exemplarsIn(await fetchText(app, OPENMETRICS))).toEqual([]);
    expect(app.collector.getHistory()[0]?.traceId).toBe(traceId);
  });
});

describe('The history', () => {
  it('keeps nothing of a trace but its ids, whatever the tracer hands out', async () => {
    useTracing(new AlwaysOnSampler());
    const app = await start();
    const traced = (spans: object) => {
      const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, spans };
      const within = trace.setSpan(context.active(), trace.wrapSpanContext(spanContext));
      context.with(within, () =>
        app.collector.recordToolExecution({ toolName: 'search', durationMs: 1, status: 'success' }),
      );
      return new WeakRef(spans);
    };
    const spans = traced({ prompt: 'private' });
    await collectGarbageUntil(() => spans.deref() === undefined);
    expect(spans.deref()).toBeUndefined();
    expect(app.collector.getHistory()[0]?.traceId).toBe('a'.repeat(32));
  });
});

describe('Exemplars', () => {
  it('of model calls are those of the newest, over all agents', async () => {
    useTracing(new AlwaysOnSampler());
    const app = await start();
    const record = (agentId: string) =>
      trace.getTracer('test').startActiveSpan('call', (span) => {
        app.clock.advance(1_000);
        app.collector.recordModelCall({ model: 'gpt-x', agentId, durationMs: 300 });
        return span.spanContext();
      });
    const [first, second] = [record('researcher'), record('writer')];
    const end = app.clock.wallTime() / 1_000;
    expect(exemplarsIn(await fetchText(app, OPENMETRICS))).toEqual([
      ['crew_model_calls_total success', exemplarOf(first, 1, end - 1)],
      ['crew_model_calls_total success', exemplarOf(second, 1, end)],
      ['crew_model_call_duration_seconds_bucket 0.5', exemplarOf(second, 0.3, end)],
    ]);
  });

  it('of a first chunk and of a first token stand for the time until then', async () => {
    useTracing(new AlwaysOnSampler());
    const app = await start();
    const span = trace.getTracer('test').startActiveSpan('request', (active) => {
      Array.from(app.nest.get(NarratorAgent).tell());
      app.collector.recordModelCall({ model: 'gpt-x', durationMs: 340, timeToFirstTokenMs: 40 });
      return active.spanContext();
    });
    const firsts = exemplarsIn(await fetchText(app, OPENMETRICS)).filter(([sample]) => sample.includes('first'));
    const exemplar = exemplarOf(span, 0.04, app.clock.wallTime() / 1_000);
    expect(firsts).toEqual([
      ['crew_agent_time_to_first_chunk_seconds_bucket 0.05', exemplar],
      ['crew_model_time_to_first_token_seconds_bucket 0.1', exemplar],
    ]);
  });

  it('are forgotten with the numbers they stand for', async () => {
    useTracing(new AlwaysOnSampler());
    const app = await start();
    await runTraced(app, 30);
    app.collector.reset();
    expect(exemplarsIn(await fetchText(app, OPENMETRICS))).toEqual([]);
  });

  it("of the user's own metrics stand beside ours, wherever OpenMetrics allows them", async () => {
    const registry = new Registry<'application/openmetrics-text; version=1.0.0; charset=utf-8'>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    // Its types want the labels of an exemplar among those of the metric.
    const labelNames = ['kind', 'trace_id', 'attempt'] as const;
    const options = { help: 'h', labelNames, enableExemplars: true, registers: [registry] };
    const duration = new Histogram({ ...options, name: 'user_seconds', buckets: [1] });
    const app = await start(undefined, { registry: registry as unknown as Registry });
    const exemplarLabels = { trace_id: 'a"b', attempt: 2 };
    duration.observe({ labels: { kind: 'x' }, value: 0.5, exemplarLabels });
    for (const name of ['user_total', 'user_count']) {
      new Counter({ ...options, name }).inc({ labels: { kind: 'x' }, value: 1, exemplarLabels });
    }
    const exemplar = { labels: { trace_id: 'a"b', attempt: '2' }, timestamp: expect.any(Number) as number };
    expect(exemplarsIn(await fetchText(app, OPENMETRICS))).toEqual([
      ['user_seconds_bucket x', { ...exemplar, value: 0.5 }],
      ['user_total x', { ...exemplar, value: 1 }],
    ]);
  });
});

describe('Without @opentelemetry/api', () => {
  it('everything works but traces', async () => {
    const text = await runProgram<string>('without-opentelemetry');
    const scrape = parseExposition(text, 'openmetrics');
    expect(scrape.value('crew_agent_executions_total', { agent: 'researcher', status: 'success' })).toBe(1);
    expect(exemplarsIn(scrape)).toEqual([]);
  });
});
