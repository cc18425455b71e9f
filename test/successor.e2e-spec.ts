import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counter, Gauge, register, type Registry } from 'prom-client';
import { type ClientRegistry, MetricsModule } from '../src';
import { TestApp } from './support/test-app';

const REQUESTS = 'crew_requests_total';

afterEach(() => register.clear());

describe("The global registry of prom-client's successor", () => {
  let folder: string;

  beforeAll(() => {
    // The package needs a newer Node than we do: registries of prom-client, which have the same shape, stand for its own.
    folder = mkdtempSync(join(tmpdir(), 'successor-'));
    const installed = join(folder, 'node_modules/@prometheus-io/client');
    mkdirSync(installed, { recursive: true });
    const client = JSON.stringify(require.resolve('prom-client'));
    writeFileSync(join(installed, 'index.js'), `exports.register = new (require(${client}).Registry)();`);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('stands in the text from when it is loaded, and gives way to the one of prom-client', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ defaultMetrics: false })] });
    new Gauge({ name: 'weather', help: 'Theirs' }).set(1);
    expect((await app.scrape('prometheus')).value('weather')).toBe(1);
    const load = createRequire(join(folder, 'package.json'));
    const successor = load('@prometheus-io/client') as { readonly register: Registry };
    new Counter({ name: 'parcels_total', help: 'Theirs', registers: [successor.register] }).inc(3);
    new Gauge({ name: 'weather', help: 'Theirs', registers: [successor.register] }).set(2);
    for (const format of ['prometheus', 'openmetrics'] as const) {
      const exposition = await app.scrape(format);
      expect(exposition.value('parcels_total')).toBe(3);
      expect(exposition.value('weather')).toBe(1);
    }
    expect(app.logger.warnings.filter((text) => text.includes('weather is defined more than once'))).toHaveLength(1);
    await app.close();
    expect(successor.register.getMetricsAsArray()).toHaveLength(2);
  });
});

describe('A registry that has what a registry has to have', () => {
  /** As little as can be. */
  class PlainRegistry implements ClientRegistry {
    private readonly metrics = new Map<string, { readonly name: string; get(): Promise<object> }>();

    registerMetric(metric: { readonly name: string; get(): Promise<object> }): void {
      this.metrics.set(metric.name, metric);
    }
    removeSingleMetric(name: string): void {
      this.metrics.delete(name);
    }
    getSingleMetric(name: string): object | undefined {
      return this.metrics.get(name);
    }
    getMetricsAsArray(): { readonly name: string; get(): Promise<object> }[] {
      return [...this.metrics.values()];
    }
    getMetricsAsJSON(): Promise<object[]> {
      return Promise.all(this.getMetricsAsArray().map((metric) => metric.get()));
    }
  }

  it('holds our families, shows metrics of others, and is left as it was', async () => {
    const registry = new PlainRegistry();
    const theirs = { name: 'theirs', help: 'Theirs', type: 'gauge', values: [{ value: 7, labels: {} }] };
    registry.registerMetric({ ...theirs, get: () => Promise.resolve(theirs) });
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ registry, defaultMetrics: false })] });
    app.collector.recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' });
    expect(app.collector.registry).toBe(registry);
    const values = expect.arrayContaining([{ value: 1, labels: { status: 'success' } }]) as unknown;
    expect(await registry.getMetricsAsJSON()).toContainEqual(expect.objectContaining({ name: REQUESTS, values }));
    const exposition = await app.scrape('prometheus');
    expect(exposition.value('theirs')).toBe(7);
    expect(exposition.value(REQUESTS, { status: 'success' })).toBe(1);
    await app.close();
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(['theirs']);
    expect(app.logger.warnings).toEqual([]);
  });
});
