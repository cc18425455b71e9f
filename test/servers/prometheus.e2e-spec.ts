import { spawnSync } from 'node:child_process';
import { Injectable, type Type } from '@nestjs/common';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import * as fc from 'fast-check';
import { MetricsModule, TrackAgent, TrackTool } from '../../src';
import { systemClock } from '../../src/collection/clock';
import { CrewService } from '../../src/demo/crew/crew.service';
import { readDemoConfig } from '../../src/demo/demo.config';
import { createDemo } from '../../src/demo/start-demo';
import { countsInDocument, countsInSamples } from '../support/execution-counts';
import type { MetricsDocument } from '../support/metrics-document';
import { PrometheusServer } from '../support/prometheus-server';
import { ADAPTERS, TestApp, type AdapterFactory } from '../support/test-app';

const HOSTILE_NAMES = [
  'a"b\n|\\',
  '__proto__',
  'constructor',
  'a|',
  '|b',
  '😀',
  'a\\n',
  ' ',
  '{le="1.0"} 1',
  '\u0000\r\t',
];

@Injectable()
class Toolbox {
  @TrackTool({ name: (tool: string) => tool })
  use(tool: string): string {
    if (tool === '__proto__') throw new TypeError('The tool failed.');
    return 'used';
  }
}

interface Agent {
  run(): void;
}

function createAgent(name: string): Type<Agent> {
  @Injectable()
  class HostileAgent implements Agent {
    constructor(private readonly tools: Toolbox) {}

    @TrackAgent(name)
    run(): void {
      for (const tool of HOSTILE_NAMES) this.tools.use(tool);
    }
  }
  return HostileAgent;
}

const AGENTS = HOSTILE_NAMES.map(createAgent);

/** An application that runs and has something to show. */
interface RunningApplication {
  readonly url: string;
  close(): Promise<void>;
}

async function startHostileCrew(adapter: AdapterFactory): Promise<RunningApplication> {
  const app = await TestApp.start({ imports: [MetricsModule.forRoot()], providers: [Toolbox, ...AGENTS] }, { adapter });
  app.nest.get(Toolbox).use('outside any agent');
  AGENTS.forEach((AgentClass, times) => {
    for (let time = 0; time <= times; time += 1) expect(() => app.nest.get<Agent>(AgentClass).run()).toThrow(TypeError);
  });
  return app;
}

async function startDemo(): Promise<RunningApplication> {
  const app = await createDemo(readDemoConfig({}), { logger: false });
  await app.listen(0, '127.0.0.1');
  for (const question of ['What does the endpoint answer?', 'How much is 6 * 7?', 'Calculate 6 * (7 + bananas)']) {
    await app.get(CrewService).ask(question);
  }
  return { url: await app.getUrl(), close: () => app.close() };
}

const APPLICATIONS: readonly [name: string, start: () => Promise<RunningApplication>, agents: readonly string[]][] = [
  ...ADAPTERS.map(([name, adapter]): (typeof APPLICATIONS)[number] => [
    `agents with hostile names on ${name}`,
    () => startHostileCrew(adapter),
    HOSTILE_NAMES,
  ]),
  ['the demo', startDemo, ['crew', 'planner', 'researcher', 'writer']],
];

describe.each(APPLICATIONS)('A real Prometheus that scrapes %s', (_name, start, names) => {
  const running: { stop(): Promise<void> }[] = [];

  afterEach(() => Promise.all(running.splice(0).map((process) => process.stop())));

  it('finds it up, and has every name and every count as the JSON has them', async () => {
    const app = await start();
    running.push({ stop: () => app.close() });
    const prometheus = await PrometheusServer.start(app.url);
    running.push(prometheus);
    await prometheus.eventually('scraping', async () => (await prometheus.query('up == 1')).length === 1);
    const agents = await prometheus.query('crew_agent_executions_total');
    const tools = await prometheus.query('crew_tool_executions_total');
    const document = (await (await fetch(`${app.url}/metrics`)).json()) as MetricsDocument;
    expect(new Set(agents.map(({ labels }) => labels['agent']))).toEqual(new Set(names));
    expect(countsInSamples(agents, tools)).toEqual(countsInDocument(document));
  });
});

describe('Any name', () => {
  const character = fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\r',
    '\t',
    '\u0000',
    '|',
    ',',
    '=',
    '{',
    '}',
    '#',
    ' ',
    'n',
    '\u2028',
  );
  const name = fc.oneof(
    fc.string({ unit: character, minLength: 1, maxLength: 8 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
    fc.string({ unit: 'grapheme', minLength: 120, maxLength: 130 }),
    fc.string({ unit: fc.constantFrom('\uD83D', '\uDE00', 'x'), minLength: 1, maxLength: 4 }),
  );

  it.each(ADAPTERS)('comes back from a real Prometheus byte for byte, on %s', async (_name, adapter) => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()] }, { adapter });
    const names = fc.sample(name, 300);
    for (const toolName of names) {
      app.collector.recordToolExecution({ toolName, agentId: 'agent', durationMs: 1, status: 'success' });
    }
    const prometheus = await PrometheusServer.start(app.url);
    try {
      await prometheus.eventually('scraping', async () => (await prometheus.query('up == 1')).length === 1);
      const samples = await prometheus.query('crew_tool_executions_total{status="success"}');
      const counts = new Map<string, number>();
      for (const toolName of names) {
        const counted = [...toolName.toWellFormed()].slice(0, 128).join('');
        counts.set(counted, (counts.get(counted) ?? 0) + 1);
      }
      expect(new Map(samples.map(({ labels, value }) => [labels['tool'], value]))).toEqual(counts);
    } finally {
      await prometheus.stop();
    }
  });
});

describe('A real Prometheus with exemplar storage', () => {
  it('returns the trace of what was counted', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    const app = await TestApp.start(
      { imports: [MetricsModule.forRoot()], providers: [Toolbox] },
      { clock: systemClock },
    );
    const { traceId, spanId } = trace.getTracer('test').startActiveSpan('request', (span) => {
      app.nest.get(Toolbox).use('search');
      return span.spanContext();
    });
    const prometheus = await PrometheusServer.start(app.url);
    try {
      const find = () => prometheus.exemplars('crew_tool_execution_duration_seconds_bucket{tool="search"}');
      await prometheus.eventually('scraping', async () => (await find()).length > 0);
      expect(await find()).toMatchObject([{ labels: { trace_id: traceId, span_id: spanId } }]);
      expect(await prometheus.exemplars('crew_tool_executions_total')).toMatchObject([{ value: 1 }]);
    } finally {
      await prometheus.stop();
      context.disable();
      trace.disable();
    }
  });
});

describe('promtool check metrics', () => {
  it('has no word about our families', async () => {
    const app = await TestApp.start({
      imports: [MetricsModule.forRoot({ defaultMetrics: false })],
      providers: [Toolbox, ...AGENTS],
    });
    expect(() => app.nest.get<Agent>(AGENTS[0]!).run()).toThrow(TypeError);
    app.collector.recordCacheHit('embeddings');
    const input = await app.collector.exportMetrics('prometheus');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
