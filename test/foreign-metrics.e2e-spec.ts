import { get } from 'node:http';
import { Counter, Gauge, Histogram, register, Registry, Summary, type Metric } from 'prom-client';
import { MetricsListener, MetricsModule, type MetricsRootOptions } from '../src';
import { parseExposition, type Exposition } from '../src/testing';
import { collectGarbageUntil } from './support/garbage-collector';
import { Gate } from './support/gate';
import { ADAPTERS, TestApp, type AdapterFactory } from './support/test-app';

const FORMATS = ['prometheus', 'openmetrics'] as const;

const start = (options: MetricsRootOptions = {}, adapter?: AdapterFactory) =>
  TestApp.start({ imports: [MetricsModule.forRoot({ defaultMetrics: false, ...options })] }, { adapter });

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The types of what is not ours, or not usually. */
const typesOf = ({ families }: Exposition, own: ReadonlySet<string>) =>
  Object.fromEntries([...families.values()].filter(({ name }) => !own.has(name)).map(({ name, type }) => [name, type]));

afterEach(() => register.clear());

describe('Metrics whose names meet', () => {
  const help = 'Theirs.';
  const gauge = (name: string) => new Gauge({ name, help });
  const counter = (name: string) => new Counter({ name, help });
  const histogram = (name: string) => new Histogram({ name, help });
  const summary = (name: string) => new Summary({ name, help });

  type Types = Readonly<Record<string, string>>;
  const rows: [what: string, define: () => unknown, prometheus: Types, openmetrics: Types, leftOut: string[]][] = [
    [
      'a gauge and a counter',
      () => [gauge('jobs'), counter('jobs_total')],
      { jobs: 'gauge', jobs_total: 'counter' },
      { jobs: 'gauge', jobs_total: 'unknown' },
      [],
    ],
    [
      'a counter and a gauge',
      () => [counter('jobs_total'), gauge('jobs')],
      { jobs_total: 'counter', jobs: 'gauge' },
      { jobs_total: 'unknown', jobs: 'gauge' },
      [],
    ],
    [
      'a counter and one without _total',
      () => [counter('jobs_total'), counter('jobs')],
      { jobs_total: 'counter', jobs: 'counter' },
      { jobs_total: 'unknown', jobs: 'unknown' },
      [],
    ],
    [
      'a histogram and a counter',
      () => [histogram('render'), counter('render_total')],
      { render: 'histogram', render_total: 'counter' },
      { render: 'histogram', render_total: 'unknown' },
      [],
    ],
    [
      'a counter and the time of its creation',
      () => [counter('hits_total'), gauge('hits_created')],
      { hits_total: 'counter', hits_created: 'gauge' },
      { hits_total: 'unknown', hits_created: 'gauge' },
      [],
    ],
    [
      'a summary and the time of its creation',
      () => [summary('wait'), gauge('wait_created')],
      { wait: 'summary', wait_created: 'gauge' },
      { wait: 'summary' },
      ['The metric wait_created is left out, since wait has one of its names in this format.'],
    ],
    [
      'a histogram and its count',
      () => [histogram('load'), gauge('load_count')],
      { load: 'histogram' },
      { load: 'histogram' },
      ['The metric load_count is left out, since load has one of its names in this format.'],
    ],
    [
      'a bucket and its histogram',
      () => [gauge('load_bucket'), histogram('load')],
      { load_bucket: 'gauge' },
      { load_bucket: 'gauge' },
      ['The metric load is left out, since load_bucket has one of its names in this format.'],
    ],
    [
      'a gauge and a counter of ours',
      () => gauge('crew_requests'),
      { crew_requests: 'gauge' },
      {},
      ['The metric crew_requests is left out, since crew_requests_total has one of its names in this format.'],
    ],
    [
      'a counter and a histogram of ours',
      () => counter('crew_request_duration_seconds_total'),
      { crew_request_duration_seconds_total: 'counter' },
      { crew_request_duration_seconds_total: 'unknown' },
      [],
    ],
    [
      'a gauge and a counter of one name in two registries',
      () => counter('visits_total'),
      { visits_total: 'gauge' },
      { visits_total: 'gauge' },
      ['The metric visits_total is defined more than once; the first definition is exposed.'],
    ],
    [
      'a counter and what only looks like its own',
      () => [counter('a_total'), gauge('a_sum')],
      { a_total: 'counter', a_sum: 'gauge' },
      { a: 'counter', a_sum: 'gauge' },
      [],
    ],
  ];

  it.each(rows)('%s are exposed together where they can be', async (what, define, prometheus, openmetrics, leftOut) => {
    const registry = new Registry();
    if (what.endsWith('in two registries')) new Gauge({ name: 'visits_total', help, registers: [registry] });
    const untouched = await start();
    const own = Object.fromEntries(
      await Promise.all(
        FORMATS.map(async (format) => [format, new Set((await untouched.scrape(format)).families.keys())]),
      ),
    ) as Record<(typeof FORMATS)[number], Set<string>>;
    define();
    const app = await start({ registry });
    // The parser refuses two families that share a name.
    expect(typesOf(await app.scrape('prometheus'), own.prometheus)).toEqual(prometheus);
    expect(typesOf(await app.scrape('openmetrics'), own.openmetrics)).toEqual(openmetrics);
    expect(app.logger.warnings).toEqual(leftOut.map((warning) => expect.stringContaining(warning) as string));
  });

  it('keep their values, and lose the exemplars that no unknown may have', async () => {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    new Gauge({ name: 'jobs', help, registers: [registry] }).set(3);
    const done = new Counter({ name: 'jobs_total', help, enableExemplars: true, registers: [registry] });
    done.inc({ value: 7, labels: {}, exemplarLabels: { trace_id: 'a' } });
    const app = await start({ registry });
    for (const format of FORMATS) {
      const scrape = await app.scrape(format);
      expect([scrape.value('jobs'), scrape.value('jobs_total')]).toEqual([3, 7]);
    }
  });
});

describe('A metric whose answer is malformed', () => {
  const valid = { name: 'theirs', help: 'Theirs.', type: 'gauge', values: [{ labels: {}, value: 1 }] };
  const withValue = (value: unknown) => ({ answer: { ...valid, values: [valid.values[0], value] } });

  it.each<[problem: string, metric: { name?: string; type?: string; answer?: unknown }]>([
    ['has no help', { answer: { ...valid, help: undefined } }],
    ['has no values', { answer: { ...valid, values: undefined } }],
    ['is none', { answer: undefined }],
    ['is no object', { answer: 'theirs 1' }],
    ['has a name that is none', { name: 'their-s', answer: valid }],
    ['has a type that is none', { type: 'meter', answer: valid }],
    ['has a value that is no number', withValue({ labels: {}, value: '1' })],
    ['has a value without labels', withValue({ value: 1 })],
    ['has a value that is none', withValue(null)],
    ['has a label of no name', withValue({ labels: { 'a-b': 'c' }, value: 1 })],
    ['has a label that is reserved', withValue({ labels: { __name__: 'c' }, value: 1 })],
    ['has a label that is no text', withValue({ labels: { a: Symbol('c') }, value: 1 })],
    ['has a value of another metric', withValue({ labels: {}, value: 1, metricName: 'crew_uptime_seconds' })],
  ])('is left out alone where it %s', async (_problem, { name = 'theirs', type = 'gauge', answer }) => {
    const registry = new Registry();
    const metric = { name, help: 'Theirs.', type, get: () => Promise.resolve(answer) };
    registry.registerMetric(metric as unknown as Metric);
    new Gauge({ name: 'queue_length', help: 'Jobs that wait.' }).set(2);
    const app = await start({ registry });
    for (const format of FORMATS) {
      const scrape = await app.scrape(format);
      expect(scrape.families.has(name)).toBe(false);
      expect(scrape.value('queue_length')).toBe(2);
      expect(scrape.value('crew_requests_total', { status: 'success' })).toBe(0);
    }
    expect(app.logger.errors).toEqual([expect.stringContaining(`"collecting the metric ${name}"`)]);
  });

  it('is left out alone where it throws instead of answering', async () => {
    const registry = new Registry();
    const get = () => {
      throw new Error('No connection.');
    };
    registry.registerMetric({ name: 'theirs', help: 'Theirs.', type: 'gauge', get } as unknown as Metric);
    const { families } = await (await start({ registry })).scrape();
    expect([families.has('theirs'), families.has('crew_requests_total')]).toEqual([false, true]);
  });
});

/** A gauge whose `collect` waits until it is let go on, and one that answers at once. */
class SlowNeighbours {
  readonly gate = new Gate();
  collects = 0;
  private asked = new Gate();

  constructor() {
    new Gauge({
      name: 'pool_free',
      help: 'Connections.',
      collect: () => {
        this.collects += 1;
        return this.gate.passed;
      },
    }).set(5);
    new Gauge({ name: 'queue_length', help: 'Jobs that wait.', collect: () => this.asked.open() }).set(2);
  }

  /** When the next scrape waits for the slow one. */
  async waitedFor(): Promise<void> {
    await this.asked.passed;
    this.asked = new Gate();
    await turn();
  }
}

const LISTENER = 'a listener of its own';
const WAYS: [name: string, adapter: AdapterFactory | undefined][] = [...ADAPTERS, [LISTENER, undefined]];

describe.each(WAYS)('A collect that hangs, asked by %s,', (way, adapter) => {
  const serve = async () => {
    const listen = way === LISTENER ? { port: 0, host: '127.0.0.1' } : undefined;
    const app = await start({ listen }, adapter);
    const { port } = app.nest.get(MetricsListener).address() ?? new URL(app.url);
    return { app, url: `http://127.0.0.1:${port}/metrics?format=prometheus` };
  };

  const scrape = async (url: string, timeout?: string) => {
    const headers = timeout === undefined ? undefined : { 'X-Prometheus-Scrape-Timeout-Seconds': timeout };
    return parseExposition(await (await fetch(url, { headers })).text());
  };

  const expectAllButSlow = ({ families }: Exposition) => {
    expect(families.has('pool_free')).toBe(false);
    expect(families.has('queue_length')).toBe(true);
    expect(families.has('crew_requests_total')).toBe(true);
  };

  it.each([
    ['nine tenths of the time that the scraper has', '2', 1_800],
    ['five seconds, where the scraper says nothing', undefined, 5_000],
    ['five seconds, where the scraper says nothing that makes sense', 'soon', 5_000],
    ['five seconds, where the scraper would wait for ever', 'Infinity', 5_000],
  ])('is left out after %s', async (_limit, timeout, limitMs) => {
    const slow = new SlowNeighbours();
    const { app, url } = await serve();
    const answer = scrape(url, timeout);
    await slow.waitedFor();
    app.clock.advance(limitMs);
    expectAllButSlow(await answer);
    expect(app.logger.warnings).toEqual([
      expect.stringContaining(`The metric pool_free did not answer within ${limitMs} ms and is left out`),
    ]);
    expect(app.logger.errors).toEqual([]);
  });

  it('is waited for as long as the scraper does', async () => {
    const slow = new SlowNeighbours();
    const { app, url } = await serve();
    const answer = scrape(url, '20');
    await slow.waitedFor();
    app.clock.advance(17_999);
    slow.gate.open();
    expect((await answer).value('pool_free')).toBe(5);
    expect(app.logger.warnings).toEqual([]);
  });

  it('keeps nothing of the scrapes that have been given up', async () => {
    const { app, url } = await serve();
    for (let tool = 0; tool < 500; tool += 1) {
      app.collector.recordToolExecution({ toolName: `tool ${tool}`, durationMs: 1, status: 'success' });
    }
    const textBytes = (await app.collector.exportMetrics('prometheus')).length;
    const slow = new SlowNeighbours();
    const giveUp = async () => {
      const request = get(url, { agent: false }).on('error', () => {});
      await slow.waitedFor();
      request.destroy();
      await turn();
    };
    await giveUp();
    const kept = () => process.memoryUsage().arrayBuffers;
    await collectGarbageUntil(() => false, 5);
    const before = kept();
    for (let scrapes = 0; scrapes < 10; scrapes += 1) await giveUp();
    await collectGarbageUntil(() => kept() - before < textBytes);
    expect(kept() - before).toBeLessThan(textBytes);
    expect(slow.collects).toBe(1);
    expect(app.logger.warnings).toEqual([]);
  });
});

describe('A collect that hangs', () => {
  it('takes five seconds of an export, to the millisecond', async () => {
    const slow = new SlowNeighbours();
    const app = await start();
    let isThere = false;
    const text = app.collector.exportMetrics('openmetrics').finally(() => (isThere = true));
    await slow.waitedFor();
    app.clock.advance(4_999);
    for (let turns = 0; turns < 10; turns += 1) await turn();
    expect(isThere).toBe(false);
    app.clock.advance(1);
    const { families } = parseExposition(await text);
    expect([families.has('pool_free'), families.has('queue_length')]).toEqual([false, true]);
  });

  it('is asked once by all scrapes of that time, which have its answer', async () => {
    const slow = new SlowNeighbours();
    const app = await start();
    const scrapes = FORMATS.map((format) => app.scrape(format));
    await slow.waitedFor();
    slow.gate.open();
    expect((await Promise.all(scrapes)).map((scrape) => scrape.value('pool_free'))).toEqual([5, 5]);
    expect(slow.collects).toBe(1);
    await app.scrape();
    expect(slow.collects).toBe(2);
  });

  it('is not waited for again until it has ended, and then asked again', async () => {
    const slow = new SlowNeighbours();
    const app = await start();
    const first = app.scrape();
    await slow.waitedFor();
    app.clock.advance(5_000);
    await first;
    const second = await app.scrape();
    expect([second.value('pool_free'), second.value('queue_length'), slow.collects]).toEqual([undefined, 2, 1]);
    expect(app.logger.warnings).toHaveLength(1);
    slow.gate.open();
    await turn();
    expect([(await app.scrape()).value('pool_free'), slow.collects]).toEqual([5, 2]);
    expect(app.logger.warnings).toHaveLength(1);
  });

  it('has as long as each scrape may take, since it was asked', async () => {
    const slow = new SlowNeighbours();
    const app = await start();
    const first = app.scrape();
    await slow.waitedFor();
    app.clock.advance(3_000);
    const second = app.scrape();
    await slow.waitedFor();
    app.clock.advance(2_000);
    expect((await first).value('pool_free')).toBeUndefined();
    slow.gate.open();
    expect((await second).value('pool_free')).toBe(5);
  });

  it('that fails in the end fails for all who wait', async () => {
    const asked = new Gate();
    const gate = new Gate();
    const collect = async () => {
      asked.open();
      await gate.passed;
      throw new Error('No connection.');
    };
    new Gauge({ name: 'pool_free', help: 'Connections.', collect });
    const app = await start();
    const scrapes = FORMATS.map((format) => app.scrape(format));
    await asked.passed;
    await turn();
    gate.open();
    for (const { families } of await Promise.all(scrapes)) expect(families.has('pool_free')).toBe(false);
    expect(app.logger.errors).toEqual([expect.stringContaining('"collecting the metric pool_free"')]);
  });
});
