import { Injectable, type ModuleMetadata } from '@nestjs/common';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import {
  getToken,
  makeCounterProvider,
  makeGaugeProvider,
  makeHistogramProvider,
  makeSummaryProvider,
} from '@willsoto/nestjs-prometheus';
import * as fc from 'fast-check';
import { collectDefaultMetrics, Counter, Gauge, register, Registry, type Histogram, type Summary } from 'prom-client';
import { ExecutionTracker, MetricsModule, TrackAgent, TrackTool, type Budget, type MetricsModuleOptions } from '../src';
import { ManualClock, parseExposition, type Exposition } from '../src/testing';
import { countsInDocument, countsInScrape } from './support/execution-counts';
import { Gate } from './support/gate';
import { expectGolden } from './support/golden';
import { TestApp } from './support/test-app';

const FORMATS = ['prometheus', 'openmetrics'] as const;

const start = (options: MetricsModuleOptions = {}, metadata: ModuleMetadata = {}) =>
  TestApp.start({
    ...metadata,
    imports: [MetricsModule.forRoot({ defaultMetrics: false, recordMemory: false, ...options })],
  });

afterEach(() => {
  register.clear();
});

const BUDGET: Budget = { name: 'all', by: 'application', costUsd: 9, window: '1d' };

describe('One of everything', () => {
  @Injectable()
  class Search {
    constructor(private readonly clock: ManualClock) {}

    @TrackTool({ name: 'search', agent: 'researcher' })
    async query(found: boolean): Promise<string> {
      this.clock.advance(120);
      if (!found) throw new RangeError('Nothing found.');
      return 'found';
    }
  }

  @Injectable()
  class Researcher {
    constructor(
      private readonly clock: ManualClock,
      private readonly search: Search,
    ) {}

    @TrackAgent({ id: 'researcher', name: 'Researcher' })
    async run(found: boolean): Promise<string> {
      this.clock.advance(400);
      return this.search.query(found);
    }

    @TrackAgent('writer')
    async *write(): AsyncGenerator<string> {
      this.clock.advance(70);
      yield 'first';
      this.clock.advance(1_000);
      yield 'last';
    }
  }

  /** Two answered questions, one failed, one that still runs; a stream, a model call, what is recorded by hand, caches, memory. */
  async function play(app: TestApp): Promise<Gate> {
    const researcher = app.nest.get(Researcher);
    await researcher.run(true);
    await researcher.run(true);
    await expect(researcher.run(false)).rejects.toThrow(RangeError);
    const chunks: string[] = [];
    for await (const chunk of researcher.write()) chunks.push(chunk);
    expect(chunks).toEqual(['first', 'last']);
    const { collector } = app;
    collector.recordToolExecution({
      toolName: 'a"b\n|\\',
      durationMs: 0.5,
      status: 'timeout',
      inputBytes: 10,
      outputBytes: 2_048,
      retries: 2,
    });
    collector.recordModelCall({
      model: 'gpt-x',
      provider: 'openai',
      agentId: 'writer',
      durationMs: 900,
      timeToFirstTokenMs: 70,
      inputTokens: 1_000,
      cachedInputTokens: 200,
      outputTokens: 500,
      reasoningTokens: 100,
    });
    collector.recordCacheHit();
    collector.recordCacheHit('embeddings');
    collector.recordCacheMiss('embeddings');
    collector.updateMemoryUsage(50 * 2 ** 20);
    collector.updateMemoryUsage(48.5 * 2 ** 20);
    const gate = new Gate();
    void app.nest.get(ExecutionTracker).trackAgent('editor', () => gate.passed);
    app.clock.advance(2_500);
    return gate;
  }

  const startAndPlay = async () => {
    const pricing = { 'gpt-x': { inputPerMillion: 30, outputPerMillion: 60 } };
    const limits = { agent: { toolCalls: 1, onExceeded: 'report' } } as const;
    const options = { defaultLabels: { region: 'eu "west"' }, pricing, measureRepeats: true, limits };
    const app = await start(options, { providers: [Search, Researcher] });
    await play(app);
    return app;
  };

  it.each([
    ['prometheus', 'metrics.prometheus.txt'],
    ['openmetrics', 'metrics.openmetrics.txt'],
  ] as const)('is exposed as the golden %s text', async (format, file) => {
    const app = await startAndPlay();
    const text = await app.collector.exportMetrics(format);
    expectGolden(file, text);
    expect(() => parseExposition(text, format)).not.toThrow();
  });

  it('is exported as the golden JSON', async () => {
    const app = await startAndPlay();
    const document = await app.document();
    expect(document.instance).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      hostname: expect.any(String) as string,
      pid: process.pid,
      version: expect.any(String) as string,
    });
    document.instance = { id: '…', hostname: '…', pid: 1, version: '…' };
    expectGolden('metrics.json', `${JSON.stringify(document, null, 2)}\n`);
  });

  it('is the same in the JSON, in both texts and in what prom-client writes of the registry', async () => {
    const app = await startAndPlay();
    const counts = countsInDocument(await app.document());
    expect(countsInScrape(await app.scrape('prometheus'), 'prometheus')).toEqual(counts);
    expect(countsInScrape(await app.scrape('openmetrics'), 'openmetrics')).toEqual(counts);
    expect(countsInScrape(parseExposition(await app.collector.registry.metrics()))).toEqual(counts);
  });
});

describe('What OpenMetrics says of the birth of a series', () => {
  const START = Date.UTC(2025, 0, 1) / 1_000;

  @Injectable()
  class Crew {
    @TrackTool({ name: 'search', agent: 'researcher' })
    search(): void {}

    @TrackAgent('writer')
    async *write(): AsyncGenerator<string> {
      yield 'a';
    }
  }

  it('stands beside each of its counters and histograms, and beside no gauge', async () => {
    const app = await start(
      { measureRepeats: true, budgets: [BUDGET], limits: { agent: { toolCalls: 9 } } },
      { providers: [Crew] },
    );
    app.collector.recordAgentExecution({ agentId: 'writer', durationMs: 1, status: 'error' });
    app.collector.recordModelCall({ model: 'm', timeToFirstTokenMs: 1, status: 'error' });
    for await (const chunk of app.nest.get(Crew).write()) expect(chunk).toBe('a');
    const { families } = await app.scrape('openmetrics');
    for (const { type, name, samples } of families.values()) {
      const births = samples.filter((sample) => sample.name === `${name}_created`);
      const counts = samples.filter((sample) => /_(total|count)$/.test(sample.name));
      // Nothing has failed in a tool, nobody has waited for a human, and no cache has a name.
      const isEmpty = name === 'crew_tool_errors' || name === 'crew_agent_paused_seconds';
      expect([name, counts.length > 0 || type === 'gauge']).toEqual([name, !isEmpty]);
      expect(births.map(({ labels, value }) => [name, labels, value])).toEqual(
        counts.map(({ labels }) => [name, labels, START]),
      );
    }
  });

  it('is when its label set was opened, before its first event is over', async () => {
    const app = await start({}, { providers: [Crew] });
    const { collector, clock } = app;
    const call = { durationMs: 1, timeToFirstTokenMs: 1 };
    clock.advance(1_500);
    const execution = app.nest.get(ExecutionTracker, { strict: false }).start({ kind: 'agent', id: 'editor' });
    clock.advance(1_500);
    execution.end();
    collector.recordToolExecution({ agentId: 'researcher', toolName: 'search', durationMs: 1, status: 'error' });
    collector.recordModelCall({ model: 'm', provider: 'one', agentId: 'writer', durationMs: 1 });
    for await (const chunk of app.nest.get(Crew).write()) expect(chunk).toBe('a');
    clock.advance(1_000);
    collector.recordToolExecution({ agentId: 'researcher', toolName: 'search', durationMs: 1, status: 'error' });
    collector.recordModelCall({ ...call, model: 'm', provider: 'two', agentId: 'editor' });
    collector.recordCacheHit('pages');
    const created = async (name: string, labels: Record<string, string> = {}) =>
      (await app.scrape('openmetrics')).value(`crew_${name}_created`, labels)! - START;
    const search = { agent: 'researcher', tool: 'search' };
    expect(await created('requests', { status: 'error' })).toBe(0);
    expect(await created('cache_misses')).toBe(0);
    expect(await created('tool_executions', { ...search, status: 'error' })).toBe(0);
    expect(await created('tool_execution_duration_seconds', search)).toBe(0);
    expect(await created('tool_errors', { ...search, error_type: 'Error' })).toBe(3);
    expect(await created('agent_executions', { agent: 'editor', status: 'success' })).toBe(1.5);
    expect(await created('agent_time_to_first_chunk_seconds', { agent: 'writer' })).toBe(3);
    expect(await created('model_calls', { agent: 'editor', model: 'm', provider: 'two', status: 'success' })).toBe(4);
    expect(await created('model_tokens', { agent: 'editor', model: 'm', type: 'input' })).toBe(4);
    // Of several agents and providers the oldest.
    expect(await created('model_unpriced_calls', { model: 'm' })).toBe(3);
    expect(await created('model_time_to_first_token_seconds', { model: 'm', provider: 'two' })).toBe(4);
    expect(await created('cache_hits', { cache: 'pages' })).toBe(4);
    collector.reset();
    for (const known of [created('requests', { status: 'error' }), created('tool_retries', search)]) {
      expect(await known).toBe(4);
    }
  });

  it('is not in the older format, nor in that of a registry', async () => {
    const app = await start({}, { providers: [Crew] });
    expect(await app.collector.exportMetrics('prometheus')).not.toContain('_created');
    expect(await app.collector.registry.metrics()).not.toContain('_created');
  });

  it('is said of ours alone', async () => {
    const registry = new Registry();
    new Counter({ name: 'hits_total', help: 'Hits.', registers: [registry] }).inc();
    const app = await start({ registry });
    expect(await app.collector.exportMetrics('openmetrics')).toMatch(/^# TYPE hits counter\nhits_total 1\n#/m);
  });
});

describe('Any name', () => {
  const fragment = fc.constantFrom('"', '\\', '\n', '\\n', '|', ',', '=', '{', '}', '#', ' ', '\r', '\u0000', 'a');
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'a|', '|b', 'a', 'a\uFFFD', 'a\uD800', '\uDC00', '😀', ''),
    fc.string({ unit: fragment, maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.string({ unit: fc.constantFrom('\uD83D', '\uDE00', 'x'), maxLength: 4 }),
    fc.string({ unit: 'grapheme', minLength: 126, maxLength: 130 }),
  );
  const names = fc.record({ agent: name, tool: name, agentError: name, toolError: name, cache: name });

  type Names = Record<'agent' | 'tool' | 'agentError' | 'toolError' | 'cache', string>;
  type Tally = Map<string, number>;

  /** How often each combination occurs, empty names left out as invalid. */
  function tally(combinations: readonly string[][]): Tally {
    const counts: Tally = new Map();
    for (const combination of combinations) {
      if (combination.includes('')) continue;
      const key = JSON.stringify(combination.map((part) => [...part.toWellFormed()].slice(0, 128).join('')));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  /** The values of a family, summed up by some of its labels. */
  function sumBy(scrape: Exposition, family: string, labels: readonly string[]): Tally {
    const sums: Tally = new Map();
    for (const sample of scrape.families.get(family)?.samples ?? []) {
      if (sample.value === 0 || sample.name.endsWith('_created')) continue;
      const key = JSON.stringify(labels.map((label) => sample.labels[label] ?? ''));
      sums.set(key, (sums.get(key) ?? 0) + sample.value);
    }
    return sums;
  }

  const without = (sums: Tally, key: string) => new Map([...sums].filter(([candidate]) => candidate !== key));

  it('comes back from the JSON and from both texts, and never becomes one with another', async () => {
    const app = await start();
    const { collector } = app;
    const record = (all: Names[]) => {
      for (const { agent, tool, agentError, toolError, cache } of all) {
        const failed = { durationMs: 1, status: 'error' } as const;
        collector.recordAgentExecution({ ...failed, agentId: agent, errorType: agentError });
        collector.recordToolExecution({ ...failed, agentId: agent, toolName: tool, errorType: toolError });
        collector.recordCacheHit(cache);
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(names, { maxLength: 8 }), async (all) => {
        collector.reset();
        record(all);
        const agents = tally(all.map(({ agent, agentError }) => (agentError === '' ? [''] : [agent])));
        const tools = tally(all.map(({ agent, tool, toolError }) => (toolError === '' ? [''] : [agent, tool])));
        const caches = tally(all.map(({ cache }) => [cache]));

        const document = await app.document();
        const ofAgents = Object.entries(document.agent_metrics);
        expect(countUp(ofAgents.map(([agent, { error_count: count }]) => [[agent], count]))).toEqual(agents);
        const ofTools = ofAgents.flatMap(([agent, metrics]) =>
          Object.entries(metrics.tool_metrics).map(([tool, { error_count: count }]) => [[agent, tool], count] as const),
        );
        expect(countUp(ofTools)).toEqual(tools);
        const ofCaches = Object.entries(document.cache_metrics);
        expect(countUp(ofCaches.map(([cache, { hits }]) => [[cache], hits]))).toEqual(caches);

        for (const format of FORMATS) {
          const scrape = await app.scrape(format);
          const total = format === 'prometheus' ? '_total' : '';
          expect(sumBy(scrape, `crew_agent_executions${total}`, ['agent'])).toEqual(agents);
          expect(sumBy(scrape, `crew_tool_executions${total}`, ['agent', 'tool'])).toEqual(tools);
          expect(sumBy(scrape, `crew_agent_errors${total}`, ['agent', 'error_type'])).toEqual(
            tally(all.map(({ agent, agentError }) => [agent, agentError])),
          );
          expect(sumBy(scrape, `crew_tool_errors${total}`, ['agent', 'tool', 'error_type'])).toEqual(
            tally(all.map(({ agent, tool, toolError }) => [agent, tool, toolError])),
          );
          expect(without(sumBy(scrape, `crew_cache_hits${total}`, ['cache']), '[""]')).toEqual(caches);
        }
      }),
      { numRuns: 30 },
    );
  });

  function countUp(entries: readonly (readonly [names: readonly string[], count: number])[]): Tally {
    return new Map(entries.filter(([, count]) => count > 0).map(([key, count]) => [JSON.stringify(key), count]));
  }

  it('is a value of default labels too', async () => {
    const app = await start({ defaultLabels: { region: 'a"b\n|\\ 😀' } });
    for (const format of FORMATS) {
      const { families } = await app.scrape(format);
      for (const family of families.values()) {
        for (const { labels } of family.samples) expect(labels['region']).toBe('a"b\n|\\ 😀');
      }
    }
  });
});

describe('Any number', () => {
  const LARGE = 2 ** 53 - 1;

  it('of ours comes back from both texts as it is in the JSON', async () => {
    const app = await start();
    const { collector } = app;
    collector.recordModelCall({ model: 'm', inputTokens: LARGE, costUsd: 1e-9 });
    collector.recordToolExecution({ toolName: 't', durationMs: 6e10, status: 'success', inputBytes: LARGE });
    const { system_metrics: system, tool_metrics: tools } = await app.document();
    expect(system).toMatchObject({ token_usage: { input_tokens: LARGE, cost_usd: 1e-9 } });
    expect(tools['t']).toMatchObject({ input_bytes: LARGE, total_duration_seconds: 6e7 });
    for (const format of FORMATS) {
      const scrape = await app.scrape(format);
      expect(scrape.value('crew_model_tokens_total', { model: 'm', type: 'input' })).toBe(LARGE);
      expect(scrape.value('crew_model_cost_usd_total', { model: 'm' })).toBe(1e-9);
      expect(scrape.value('crew_tool_input_bytes_total', { tool: 't' })).toBe(LARGE);
      expect(scrape.value('crew_tool_execution_duration_seconds_sum', { tool: 't' })).toBe(6e7);
      expect(scrape.value('crew_tool_execution_duration_seconds_bucket', { tool: 't', le: '60.0' })).toBe(0);
      expect(scrape.value('crew_tool_execution_duration_seconds_bucket', { tool: 't', le: '+Inf' })).toBe(1);
    }
  });

  it("of the user's comes back as well", async () => {
    const any = fc.double();
    const gauge = new Gauge({ name: 'theirs', help: 'Theirs.', labelNames: ['place'] });
    const app = await start();
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 20 }), async (values) => {
        const all = [...values, NaN, Infinity, -Infinity, 0, 1e21, 5e-324, Number.MAX_VALUE, LARGE];
        all.forEach((value, place) => gauge.set({ place }, value));
        for (const format of FORMATS) {
          const scrape = await app.scrape(format);
          // The text has no negative zero.
          all.forEach((value, place) => expect(scrape.value('theirs', { place: `${place}` })).toBe(value + 0));
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('A text that is written while executions finish', () => {
  const TOOLS = 500;

  /** A second passes with every reading of the process's clock: the text gives way wherever it may. */
  beforeEach(() => {
    let nowMs = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1_000));
  });

  /** So many executions, the same number of each pair. */
  const record = (app: TestApp, times: number, { agents = 20, durationMs = (i: number) => (i * 37) % 90_000 } = {}) => {
    for (let i = 0; i < times; i += 1) {
      const [agentId, toolName] = [`agent ${i % agents}`, `tool ${i % TOOLS}`];
      app.collector.recordToolExecution({
        agentId,
        toolName,
        durationMs: durationMs(i),
        status: 'success',
      });
    }
  };

  const scrapeWhile = async (app: TestApp, format: (typeof FORMATS)[number], happens: (turn: number) => void) => {
    let isWritten = false;
    let turns = 0;
    const scrape = app.scrape(format).finally(() => (isWritten = true));
    while (!isWritten) {
      happens(turns);
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).toBeGreaterThan(2);
    const { families } = await scrape;
    const countsOf = (family: string) =>
      families.get(family)?.samples.filter(({ name }) => !name.endsWith('_created')) ?? [];
    const executions = countsOf(`crew_tool_executions${format === 'prometheus' ? '_total' : ''}`);
    const durations = countsOf('crew_tool_execution_duration_seconds');
    return { executions, durations };
  };

  afterEach(() => {
    jest.restoreAllMocks();
    context.disable();
    trace.disable();
  });

  const sum = (samples: readonly { readonly value: number }[]) => samples.reduce((all, { value }) => all + value, 0);

  it.each(FORMATS)('has buckets that add up, and every number of a tool at one moment: %s', async (format) => {
    const app = await start({ maxSeries: 2 * TOOLS });
    record(app, 4 * TOOLS);
    const { executions, durations } = await scrapeWhile(app, format, () => record(app, 100));
    // The parser refuses buckets that fall, and a last one that is not the count.
    expect(executions).toHaveLength(TOOLS * 4);
    expect(durations).toHaveLength(TOOLS * 16);
    expect(sum(durations.filter(({ name }) => name.endsWith('_count')))).toBe(sum(executions));
  });

  it('tells what was counted before a reset, all of it', async () => {
    const app = await start({ maxSeries: 2 * TOOLS });
    record(app, TOOLS, { agents: TOOLS });
    const { executions } = await scrapeWhile(app, 'prometheus', () => app.collector.reset());
    expect(sum(executions)).toBe(TOOLS);
  });

  it('has exemplars of what it counts only', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOnSampler() }));
    const app = await start({ maxSeries: 2 * TOOLS });
    const recordInSpan = (durationMs: number) =>
      trace.getTracer('test').startActiveSpan('span', () => record(app, TOOLS, { durationMs: () => durationMs }));
    recordInSpan(60_000);
    // Each time in a bucket below all others, in which there is nothing yet.
    const shorter = [25_000, 9_000, 4_000, 2_000, 900, 400, 200, 80, 40, 20, 8];
    const { durations } = await scrapeWhile(app, 'openmetrics', (turn) => {
      // Not all of them before the tools are read.
      const next = turn % 10 === 0 ? shorter.shift() : undefined;
      if (next !== undefined) recordInSpan(next);
    });
    expect(shorter).toEqual([]);
    const withExemplars = durations.filter(({ exemplar }) => exemplar !== undefined);
    expect(withExemplars.length).toBeGreaterThanOrEqual(TOOLS);
    expect(withExemplars.filter(({ value }) => value === 0)).toEqual([]);
  });
});

describe("The user's own metrics", () => {
  const providers = [
    makeCounterProvider({ name: 'pages_read_total', help: 'Pages "read" \\ so\nfar.', labelNames: ['site'] }),
    makeCounterProvider({ name: 'visits', help: 'A counter without the usual suffix.' }),
    makeGaugeProvider({ name: 'queue_length', help: 'Jobs that wait.' }),
    makeHistogramProvider({
      name: 'page_size_bytes',
      help: 'Size of pages.',
      buckets: [1_000, 1e6],
      labelNames: ['site'],
    }),
    makeSummaryProvider({ name: 'page_seconds', help: 'Time per page.', percentiles: [0.5, 0.99] }),
  ];

  const startAndUse = async (options?: MetricsModuleOptions) => {
    const app = await start(options, { providers });
    const metric = <Metric>(name: string) => app.nest.get<Metric>(getToken(name));
    metric<Counter>('pages_read_total').inc({ site: 'a"b\n|\\' }, 3);
    metric<Counter>('visits').inc();
    metric<Gauge>('queue_length').set(-Infinity);
    metric<Histogram>('page_size_bytes').observe({ site: 'x' }, 2_000);
    metric<Summary>('page_seconds').observe(2);
    return app;
  };

  it('of all four kinds stand once in the Prometheus text, after ours', async () => {
    const scrape = await (await startAndUse()).scrape();
    const names = [...scrape.families.keys()];
    expect(names.slice(names.findIndex((name) => !name.startsWith('crew_')))).toEqual([
      'pages_read_total',
      'visits',
      'queue_length',
      'page_size_bytes',
      'page_seconds',
    ]);
    expect(scrape.families.get('pages_read_total')).toMatchObject({
      type: 'counter',
      help: 'Pages "read" \\ so\nfar.',
    });
    expect(scrape.value('pages_read_total', { site: 'a"b\n|\\' })).toBe(3);
    expect(scrape.value('queue_length')).toBe(-Infinity);
    expect(scrape.value('page_size_bytes_bucket', { site: 'x', le: '1000.0' })).toBe(0);
    expect(scrape.value('page_size_bytes_bucket', { site: 'x', le: '1e+06' })).toBe(1);
    expect(scrape.value('page_size_bytes_sum', { site: 'x' })).toBe(2_000);
    expect(scrape.value('page_seconds', { quantile: '0.99' })).toBe(2);
    expect(scrape.value('page_seconds_count')).toBe(1);
  });

  it('stand in OpenMetrics too, where a counter without _total is unknown and keeps its name', async () => {
    const scrape = await (await startAndUse()).scrape('openmetrics');
    expect(scrape.families.get('pages_read')).toMatchObject({ type: 'counter', help: 'Pages "read" \\ so\nfar.' });
    expect(scrape.value('pages_read_total', { site: 'a"b\n|\\' })).toBe(3);
    expect(scrape.families.get('visits')).toMatchObject({ type: 'unknown' });
    expect(scrape.value('visits')).toBe(1);
  });

  it('keep the default labels of their registry, which ours have no part in', async () => {
    register.setDefaultLabels({ service: 'docs' });
    const scrape = await (await startAndUse()).scrape();
    register.setDefaultLabels({});
    expect(scrape.value('visits', { service: 'docs' })).toBe(1);
    expect(scrape.value('crew_requests_total', { status: 'success' })).toBe(0);
  });

  it('in the registry that the module is given stand between ours and those of the global one', async () => {
    const registry = new Registry();
    new Gauge({ name: 'temperature', help: 'Of the room.', registers: [registry] }).set(21);
    const names = [...(await (await startAndUse({ registry })).scrape()).families.keys()];
    const first = names.findIndex((name) => !name.startsWith('crew_'));
    expect(names.slice(first, first + 2)).toEqual(['temperature', 'pages_read_total']);
  });

  it('that cannot be collected are left out and logged once; all others are there', async () => {
    const options = { help: 'Fails.', registers: [register] };
    const fail = () => {
      throw new Error('No connection.');
    };
    new Gauge({ ...options, name: 'broken', collect: fail });
    new Gauge({ ...options, name: 'broken_later', collect: () => Promise.resolve().then(fail) });
    const app = await startAndUse();
    await app.scrape();
    const { families } = await app.scrape();
    expect(families.has('broken') || families.has('broken_later')).toBe(false);
    expect(families.has('pages_read_total')).toBe(true);
    expect(app.logger.errors).toEqual([
      expect.stringContaining('"collecting the metric broken"'),
      expect.stringContaining('"collecting the metric broken_later"'),
    ]);
  });

  it('under a name of ours give way, with one warning however often it is scraped', async () => {
    for (const name of ['crew_requests_total', 'crew_cache_hits_total']) new Counter({ name, help: 'Theirs.' }).inc(7);
    const app = await start();
    await app.scrape();
    const scrape = await app.scrape('openmetrics');
    expect(scrape.value('crew_requests_total', { status: 'success' })).toBe(0);
    expect(scrape.value('crew_cache_hits_total')).toBe(0);
    expect(app.logger.warnings).toEqual([
      'The metric crew_requests_total is defined more than once; the first definition is exposed. Rename yours, or ' +
        'choose another "prefix". Further clashes are not logged.',
    ]);
  });
});

describe('Process metrics', () => {
  it.each(FORMATS)('stand once in the %s text, of each of several applications', async (format) => {
    for (const app of [await start({ defaultMetrics: true }), await start({ defaultMetrics: true })]) {
      const scrape = await app.scrape(format);
      expect(scrape.value('process_cpu_seconds_total')).toBeGreaterThan(0);
      expect(scrape.families.has('nodejs_eventloop_lag_seconds')).toBe(true);
    }
  });

  it("are the user's where the user collects them, without a word", async () => {
    collectDefaultMetrics({ labels: { from: 'user' } });
    const app = await start({ defaultMetrics: true });
    const { families } = await app.scrape();
    expect(families.get('process_cpu_seconds_total')?.samples).toMatchObject([{ labels: { from: 'user' } }]);
    expect(app.logger.warnings).toEqual([]);
  });

  it('can be left out', async () => {
    const { families } = await (await start()).scrape();
    expect([...families.keys()].filter((name) => !name.startsWith('crew_'))).toEqual([]);
  });
});
