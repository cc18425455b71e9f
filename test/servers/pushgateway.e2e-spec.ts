import { spawnSync } from 'node:child_process';
import { Test } from '@nestjs/testing';
import { Counter, Pushgateway, Registry } from 'prom-client';
import { NightlyReportModule, ReportAgent } from '../../examples/batch-jobs';
import { MetricsCollector, MetricsModule } from '../../src';
import { parseExposition, type Exposition } from '../../src/testing';
import { ServerProcess } from '../support/server-process';

const HOSTILE = 'a"b\n|\\ 😀';

let gateway: ServerProcess;
let url: string;

beforeEach(async () => {
  gateway = await ServerProcess.start({
    program: 'prometheus-pushgateway',
    files: {},
    args: (_folder, address) => [`--web.listen-address=${address}`, '--log.level=error'],
    readyPath: '/-/ready',
  });
  ({ url } = gateway);
});

afterEach(() => gateway.stop());

const pushed = async (): Promise<Exposition> => parseExposition(await (await fetch(`${url}/metrics`)).text());

it('a batch job leaves its metrics in a real Pushgateway when it shuts down', async () => {
  process.env.PUSHGATEWAY_URL = url;
  const app = await Test.createTestingModule({ imports: [NightlyReportModule] }).compile();
  await app.init();
  app.get(ReportAgent).run();
  await app.close();
  delete process.env.PUSHGATEWAY_URL;
  const job = { job: 'nightly-report', instance: '' };
  const scrape = await pushed();
  expect(scrape.value('crew_agent_executions_total', { agent: 'report', status: 'success', ...job })).toBe(1);
  expect(scrape.value('crew_agent_execution_duration_seconds_count', { agent: 'report', ...job })).toBe(1);
  expect(scrape.value('push_time_seconds', job)).toBeGreaterThan(0);
});

it.each([
  ['Prometheus', Registry.PROMETHEUS_CONTENT_TYPE],
  ['OpenMetrics', Registry.OPENMETRICS_CONTENT_TYPE],
])('a registry that writes %s is pushed whole, again and again', async (_format, contentType) => {
  const registry = new Registry();
  registry.setContentType(contentType as never);
  new Counter({ name: 'orders_total', help: 'Orders', registers: [registry] }).inc(3);
  const module = MetricsModule.forRoot({ registry, endpoint: false });
  const app = await Test.createTestingModule({ imports: [module] }).compile();
  // A registry of the user's has our families from the start of the application on.
  await app.init();
  const push = new Pushgateway(url, {}, registry);
  for (let count = 1; count <= 2; count += 1) {
    const execution = { toolName: HOSTILE, agentId: HOSTILE, durationMs: 70_000, status: 'error' } as const;
    app.get(MetricsCollector).recordToolExecution(execution);
    await push.pushAdd({ jobName: 'crew' });
    const scrape = await pushed();
    const labels = { agent: HOSTILE, tool: HOSTILE, job: 'crew', instance: '' };
    expect(scrape.value('crew_tool_executions_total', { ...labels, status: 'error' })).toBe(count);
    expect(scrape.value('crew_tool_execution_duration_seconds_count', labels)).toBe(count);
    expect(scrape.value('orders_total', { job: 'crew', instance: '' })).toBe(3);
  }
  await app.close();
});

it('what a gateway shows of us has nothing that promtool complains of', async () => {
  const app = await Test.createTestingModule({ imports: [MetricsModule.forRoot({ endpoint: false })] }).compile();
  await new Pushgateway(url, {}, app.get(MetricsCollector).registry).push({ jobName: 'crew' });
  const text = await (await fetch(`${url}/metrics`)).text();
  const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect(`${stdout}${stderr}`).not.toContain('crew_');
  await app.close();
});
