import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { MetricsCollector, MetricsModule } from '../src';

const REQUESTS = 'crew_requests_total';

describe('a prom-client registry that holds our families', () => {
  let registry: Registry;

  beforeEach(() => {
    registry = new Registry();
  });

  const start = (): Promise<TestingModule> =>
    Test.createTestingModule({ imports: [MetricsModule.forRoot({ registry, endpoint: false })] }).compile();

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
