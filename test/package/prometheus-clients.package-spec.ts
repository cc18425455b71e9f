import { join } from 'node:path';
import { run } from './child-process';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

/** What every program here begins with. */
const BEGINNING = `
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';

const warnings: string[] = [];
const logger = { log() {}, error(text: string) { warnings.push(text); }, warn(text: string) { warnings.push(text); } };
const start = async (options: object) => {
  const module = MetricsModule.forRoot({ endpoint: false, ...options });
  const app = await NestFactory.createApplicationContext(module, { logger });
  app.get(MetricsCollector).recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' });
  return app;
};
const say = (report: object) => console.log(JSON.stringify(report));
`;

/** Metrics in the global registries of both clients, two of which have one name. */
const BOTH_CLIENTS = `${BEGINNING}
import * as prom from 'prom-client';
import * as successor from '@prometheus-io/client';

async function main() {
  const help = 'Theirs';
  new prom.Counter({ name: 'orders_total', help }).inc(1);
  new successor.Counter({ name: 'orders_total', help }).inc(2);
  new successor.Counter({ name: 'parcels_total', help, labelNames: ['to'] }).inc({ to: 'Rome' }, 3);
  new successor.Histogram({ name: 'weight', help, labelNames: ['to'], buckets: [1, 2] }).observe({ to: 'Rome' }, 1.5);
  successor.register.setDefaultLabels({ shop: 'one' });
  successor.collectDefaultMetrics({ prefix: 'their_' });
  const app = await start({});
  const collector = app.get(MetricsCollector);
  const texts = [await collector.exportMetrics('prometheus'), await collector.exportMetrics('openmetrics')];
  await app.close();
  say({ texts, warnings });
}

void main();
`;

/** Our families in a registry of the successor, with a counter that its OpenMetrics text shortens. */
const GIVEN_REGISTRY = `${BEGINNING}
import { Counter, Registry } from '@prometheus-io/client';

async function main() {
  const registry = new Registry();
  const orders = new Counter({ name: 'orders_total', help: 'Theirs', registers: [registry] });
  const app = await start({ registry });
  const own = await registry.metrics();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  await registry.metrics();
  const openMetrics = await registry.metrics();
  const json = await registry.getMetricsAsJSON();
  const sum = await Registry.aggregate([json, json]).metrics();
  const ours = await app.get(MetricsCollector).exportMetrics('prometheus');
  await app.close();
  const left = registry.getMetricsAsArray();
  say({ own, openMetrics, sum, ours, leftAlone: left.length === 1 && left[0] === orders, warnings });
}

void main();
`;

const NEITHER = `${BEGINNING}
async function main() {
  const app = await start({});
  await app.get(MetricsCollector).exportMetrics('prometheus');
  await app.close();
  const { cache } = createRequire(join(process.cwd(), 'package.json'));
  say(Object.keys(cache).filter((path) => path.includes('@prometheus-io')));
}

void main();
`;

const modules = [
  { module: 'commonjs', extension: 'cjs' },
  { module: 'module', extension: 'mjs' },
] as const;

let library: PackedLibrary;
let project: ScratchProject;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  const nest = ['common', 'core'].map((name) => `@nestjs/${name}@12`);
  const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
  const packages = [library.tarball, ...nest, ...peers, '@prometheus-io/client@0.16.1', 'node@24'];
  project = await ScratchProject.install({ within: library.folder, packages });
});

afterAll(() => library.remove());

describe.each(modules)('@prometheus-io/client, as $module', ({ module, extension }) => {
  async function report<Report>(program: string): Promise<Report> {
    project.writeCompiled(`app.${extension}`, program, module);
    const node = join(project.folder, 'node_modules/.bin/node');
    const output = await run({ command: [node, `app.${extension}`], folder: project.folder }, 60_000);
    return JSON.parse(output.trim().split('\n').at(-1)!) as Report;
  }

  it('stands with its global registry beside the one of prom-client', async () => {
    const { texts, warnings } = await report<{ texts: [string, string]; warnings: string[] }>(BOTH_CLIENTS);
    for (const text of texts) {
      expect(text).toContain('\norders_total 1\n');
      expect(text.match(/^orders_total/gm)).toHaveLength(1);
      expect(text).toContain('\nparcels_total{to="Rome",shop="one"} 3\n');
      expect(text).toMatch(/\nweight_bucket\{(?=[^}]*le="2\.0")(?=[^}]*to="Rome")(?=[^}]*shop="one")[^}]*\} 1\n/);
      expect(text).toMatch(/\nprocess_cpu_seconds_total \S+\n/);
      expect(text).toMatch(/\ntheir_process_cpu_seconds_total\{shop="one"\} \S+\n/);
    }
    expect(texts[1]).toMatch(/# TYPE parcels counter\n[^]*# EOF\n$/);
    expect(warnings).toEqual([expect.stringContaining('orders_total is defined more than once')]);
  });

  it('holds our families in its registry, and is left as it was', async () => {
    interface Report {
      readonly own: string;
      readonly openMetrics: string;
      readonly sum: string;
      readonly ours: string;
      readonly leftAlone: boolean;
      readonly warnings: readonly string[];
    }
    const { own, openMetrics, sum, ours, leftAlone, warnings } = await report<Report>(GIVEN_REGISTRY);
    expect(own).toContain('\ncrew_requests_total{status="success"} 1\n');
    expect(own).toContain('\ncrew_request_duration_seconds_bucket{le="0.1"} 1\n');
    expect(openMetrics).toMatch(/# TYPE crew_requests counter\ncrew_requests_total\{status="success"\} 1\n/);
    expect(sum).toContain('{status="success"} 2\n');
    expect(ours).toContain('\norders_total 0\n');
    expect(ours.match(/^crew_requests_total\{status="success"\} 1$/gm)).toHaveLength(1);
    expect({ leftAlone, warnings }).toEqual({ leftAlone: true, warnings: [] });
  });

  it('is not loaded by us', async () => {
    expect(await report<string[]>(NEITHER)).toEqual([]);
  });
});
