import { Test, type TestingModule } from '@nestjs/testing';
import { makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { AggregatorRegistry, Counter, register, Registry } from 'prom-client';
import { MetricsCollector, MetricsModule } from '../src';
import { parseExposition } from '../src/testing';

const REQUESTS = 'crew_requests_total';

/** As a registry sees a metric. */
interface RegisteredMetric {
  readonly name: string;
  get(): Promise<unknown>;
}

afterEach(() => register.clear());

describe('a prom-client registry that holds our families', () => {
  let registry: Registry;

  beforeEach(() => {
    registry = new Registry();
  });

  const start = (): Promise<TestingModule> =>
    Test.createTestingModule({ imports: [MetricsModule.forRoot({ registry, endpoint: false })] })
      .compile()
      .then((module) => module.init());

  /** Requests of an application, which tell it from others. */
  async function startWith(requests: number): Promise<TestingModule> {
    const app = await start();
    for (let i = 0; i < requests; i += 1) {
      app.get(MetricsCollector).recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' });
    }
    return app;
  }

  const exposed = async () => /crew_requests_total\{status="success"\} (\d+)/.exec(await registry.metrics())?.[1];

  it('exposes the newest of the live applications, whichever closes first', async () => {
    const [first, second, third] = [await startWith(1), await startWith(2), await startWith(3)];
    expect(await exposed()).toBe('3');
    await second.close();
    expect(await exposed()).toBe('3');
    await third.close();
    expect(await exposed()).toBe('1');
    await first.close();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('gets back what stood under one of our names, when the last application has closed', async () => {
    const theirs = new Counter({ name: REQUESTS, help: 'Theirs', registers: [registry] });
    const [first, second] = [await startWith(1), await startWith(2)];
    expect(await exposed()).toBe('2');
    await first.close();
    await second.close();
    expect(registry.getSingleMetric(REQUESTS)).toBe(theirs);
  });

  it('keeps what somebody else has put under one of our names since', async () => {
    const app = await start();
    registry.removeSingleMetric(REQUESTS);
    const theirs = new Counter({ name: REQUESTS, help: 'Theirs', registers: [registry] });
    await app.close();
    expect(registry.getSingleMetric(REQUESTS)).toBe(theirs);
  });

  it('has each of our families by its name, and as JSON', async () => {
    const app = await startWith(2);
    const metric = registry.getSingleMetric('crew_agent_executions_total') as unknown as RegisteredMetric;
    expect(await metric.get()).toMatchObject({
      name: 'crew_agent_executions_total',
      type: 'counter',
      aggregator: 'sum',
      values: expect.arrayContaining([{ labels: { agent: 'a', status: 'success' }, value: 2 }]) as unknown,
    });
    const json = (await registry.getMetricsAsJSON()) as unknown as RegisteredMetric[];
    const names = json.map(({ name }) => name);
    expect(names).toEqual(registry.getMetricsAsArray().map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('crew_tool_execution_duration_seconds');
    await app.close();
  });

  it('reads all our families at one moment', async () => {
    const app = await start();
    let bytes = 2 ** 40;
    const rss = jest.spyOn(process.memoryUsage, 'rss').mockImplementation(() => (bytes += 2 ** 20));
    const text = parseExposition(await registry.metrics());
    rss.mockRestore();
    expect(text.value('crew_memory_usage_bytes')).toBe(2 ** 40 + 2 ** 20);
    expect(text.value('crew_memory_usage_max_bytes')).toBe(2 ** 40 + 2 ** 20);
    await app.close();
  });

  it('counts in a reading what the code that asks for it records before and after', async () => {
    const app = await startWith(1);
    const before = registry.getSingleMetricAsString(REQUESTS);
    app.get(MetricsCollector).recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' });
    const after = registry.getSingleMetricAsString(REQUESTS);
    expect(await after).toContain('{status="success"} 2');
    expect(await before).toContain('{status="success"} 2');
    await app.close();
  });

  it('is not reset by resetMetrics, which leaves our numbers to the collector', async () => {
    const theirs = new Counter({ name: 'theirs', help: 'Theirs', registers: [registry] });
    theirs.inc();
    const app = await startWith(2);
    registry.resetMetrics();
    expect(await registry.metrics()).toContain('\ntheirs 0\n');
    expect(await exposed()).toBe('2');
    app.get(MetricsCollector).reset();
    expect(await exposed()).toBe('0');
    await app.close();
  });

  it('can be merged with another', async () => {
    const app = await startWith(2);
    const other = new Registry();
    new Counter({ name: 'theirs', help: 'Theirs', registers: [other] }).inc(7);
    const merged = parseExposition(await Registry.merge([registry, other]).metrics());
    expect(merged.value(REQUESTS, { status: 'success' })).toBe(2);
    expect(merged.value('theirs')).toBe(7);
    await app.close();
  });

  it.each([
    ['Prometheus', Registry.PROMETHEUS_CONTENT_TYPE, REQUESTS],
    ['OpenMetrics', Registry.OPENMETRICS_CONTENT_TYPE, 'crew_requests'],
  ])('is written by prom-client as %s, time and again, and merges so', async (_format, contentType, family) => {
    registry.setContentType(contentType as never);
    const app = await startWith(2);
    for (let time = 1; time <= 2; time += 1) {
      const { families } = parseExposition(await registry.metrics());
      expect(families.get(family)?.type).toBe('counter');
      expect(families.get('crew_request_duration_seconds')?.type).toBe('histogram');
    }
    const other = new Registry();
    other.setContentType(contentType as never);
    expect(await Registry.merge([registry, other]).metrics()).toContain(`# TYPE ${family} counter`);
    await app.close();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('stands fifty hot reloads, process metrics and the metrics of the user included', async () => {
    for (let time = 1; time <= 50; time += 1) {
      const module = MetricsModule.forRoot({ registry, endpoint: { path: `metrics-${time}` } });
      const app = await Test.createTestingModule({
        imports: [module],
        providers: [makeCounterProvider({ name: 'orders_total', help: 'Orders' })],
      }).compile();
      await app.init();
      expect(await app.get(MetricsCollector).exportMetrics('prometheus')).toContain('process_cpu_seconds_total');
      await app.close();
    }
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('stands fifty applications that live at once', async () => {
    const apps: TestingModule[] = [];
    for (let time = 1; time <= 50; time += 1) apps.push(await startWith(time % 3));
    expect(await exposed()).toBe('2');
    for (const app of apps) await app.close();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('adds up the processes of a cluster, but neither their start times nor their peaks', async () => {
    const app = await startWith(2);
    const metrics = await registry.getMetricsAsJSON();
    const merged = AggregatorRegistry.aggregate([metrics, metrics]);
    const text = await merged.metrics();
    const start = (await registry.metrics()).match(/crew_start_time_seconds (\S+)/)?.[1];
    expect(text).toContain('crew_requests_total{status="success"} 4');
    expect(text).toContain(`crew_start_time_seconds ${start}`);
    await app.close();
  });

  it("keeps a user's counter as it was named, though an OpenMetrics text of prom-client shortens it", async () => {
    const openMetrics = new Registry();
    openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    new Counter({ name: 'orders_total', help: 'Orders', registers: [openMetrics] }).inc(3);
    const options = { registry: openMetrics, endpoint: false as const };
    const app = await Test.createTestingModule({ imports: [MetricsModule.forRoot(options)] }).compile();
    await openMetrics.metrics();
    expect(await app.get(MetricsCollector).exportMetrics('prometheus')).toContain('\norders_total 3\n');
    await app.close();
  });
});
