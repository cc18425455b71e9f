import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  BudgetExceededError,
  currentExecution,
  ExecutionTracker,
  MetricsModule,
  trackedModel,
  trackedTool,
} from '../../src';
import { agentDashboard } from '../../src/observability/dashboard/agent-dashboard';
import { renderRules, ruleGroups } from '../../src/observability/rules/agent-rules';
import { completeSettings } from '../../src/observability/settings';
import type { Timing } from '../../src/observability/timing';
import { AlertWebhook } from '../support/alert-webhook';
import { BusyCrew } from '../support/busy-crew';
import { DemoApp, writeDocuments } from '../support/demo-app';
import { alertmanagerConfig, asSent, OBSERVABILITY, panelsOf, prometheusConfig } from '../support/observability-folder';
import { PrometheusServer } from '../support/prometheus-server';
import { queryPromql } from '../support/promql';
import { ServerProcess } from '../support/server-process';
import { TestApp } from '../support/test-app';
import { startVictoriaMetrics } from '../support/victoria-metrics-server';

/** The demo shares its memory with Jest. */
const SETTINGS = completeSettings({ memoryLimitMib: 16_384 });

/** The rules as they are, but for how long they look back. */
const IN_A_HURRY: Timing = {
  window: '10s',
  reference: '30s',
  hold: '1s',
  fastBurn: [{ long: '20s', short: '5s', factor: 14.4 }],
  slowBurn: [{ long: '30s', short: '10s', factor: 3 }],
};

const running: { stop(): Promise<void> }[] = [];

function runs<Server extends { stop(): Promise<void> }>(server: Server): Server {
  running.push(server);
  return server;
}

async function stopAll(): Promise<void> {
  for (const server of running.splice(0).reverse()) await server.stop();
}

function startAlertmanager(webhook: AlertWebhook): Promise<ServerProcess> {
  return ServerProcess.start({
    program: 'prometheus-alertmanager',
    files: { 'alertmanager.yml': JSON.stringify(alertmanagerConfig(webhook.url)) },
    args: (folder, address) => [
      `--config.file=${folder}/alertmanager.yml`,
      `--storage.path=${folder}/data`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    readyPath: '/-/ready',
  });
}

function promtool(args: readonly string[], folder = OBSERVABILITY) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('promtool', () => {
  it('finds nothing wrong with the configuration and the rules', () => {
    const folder = mkdtempSync(join(tmpdir(), 'observability-'));
    cpSync(OBSERVABILITY, folder, { recursive: true });
    // The reader writes it.
    writeFileSync(join(folder, 'metrics-token'), 'secret');
    expect(promtool(['check', 'config', 'prometheus.yml'], folder)).toMatchObject({ status: 0 });
    rmSync(folder, { recursive: true });
    expect(promtool(['check', 'rules', '--lint=all', '--lint-fatal', 'agent-rules.yml'])).toMatchObject({ status: 0 });
  });

  it('sees every alert fire and stay silent', () => {
    expect(promtool(['test', 'rules', 'agent-rules.test.yml'])).toMatchObject({
      status: 0,
      output: expect.stringContaining('SUCCESS') as string,
    });
  });

  it('sees a total failure fire whatever the objective, where 14.4 times its budget would be more than everything', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rules-'));
    writeFileSync(join(folder, 'agent-rules.yml'), renderRules(completeSettings({ prefix: 'shop', agentSlo: 0.8 })));
    const test = {
      interval: '1m',
      input_series: [
        { series: 'shop_agent_executions_total{job="agents", agent="writer", status="error"}', values: '0+10x20' },
      ],
      promql_expr_test: [
        {
          expr: 'group by (alertname, agent) (ALERTS{alertstate="firing", severity="critical", agent="writer"})',
          eval_time: '10m',
          exp_samples: [{ labels: '{alertname="AgentErrorBudgetBurn", agent="writer"}', value: 1 }],
        },
      ],
    };
    const file = { rule_files: ['agent-rules.yml'], evaluation_interval: '1m', tests: [test] };
    writeFileSync(join(folder, 'test.yml'), JSON.stringify(file));
    expect(promtool(['test', 'rules', 'test.yml'], folder)).toMatchObject({ status: 0 });
    rmSync(folder, { recursive: true });
  });
});

describe('A tool of the demo that fails', () => {
  const BURN = { alertname: 'ToolErrorBudgetBurn', tool: 'calculate', severity: 'critical' };
  let docsDir: string;
  let demo: DemoApp;
  let webhook: AlertWebhook;
  let alertmanager: ServerProcess;
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    docsDir = await writeDocuments({ 'README.md': '# Warranty\nThe warranty lasts for two years.\n' });
    demo = runs(await DemoApp.start({ DOCS_DIR: docsDir, METRICS_TOKEN: 's3cret' }));
    webhook = runs(await AlertWebhook.start());
    alertmanager = runs(await startAlertmanager(webhook));
    const files = {
      'metrics-token': 's3cret',
      'agent-rules.yml': renderRules(SETTINGS, IN_A_HURRY),
    };
    const config = prometheusConfig({ target: demo.url, alertmanager: alertmanager.url });
    prometheus = runs(await PrometheusServer.startWith(config, files));
  });

  afterAll(async () => {
    await stopAll();
    await rm(docsDir, { recursive: true });
  });

  async function firing(): Promise<string[]> {
    const alerts = await prometheus.query('ALERTS{alertstate="firing"}');
    return alerts.map(({ labels }) => `${labels['alertname']} ${labels['severity']}`).sort();
  }

  it('is silent while it works, although a failure happens', async () => {
    await demo.ask('Calculate 6 * 7');
    const executions = 'sum(crew_tool_executions_total{tool="calculate"})';
    // What is there from its first scrape on has not grown.
    await prometheus.eventually('scraping', async () => (await prometheus.query(`${executions} == 1`)).length === 1);
    for (let i = 0; i < 60; i += 1) await demo.ask('Calculate 6 * 7');
    await demo.ask('Calculate 6 * (7 + bananas)');
    const enough = 'tool:crew_tool_executions:rate20s{tool="calculate"} * 20 >= 20';
    await prometheus.eventually('recording', async () => (await prometheus.query(enough)).length === 1);
    expect(await firing()).toEqual([]);
  });

  it('is delivered as one alert that names the tool, and the lesser one is held back', async () => {
    for (let i = 0; i < 60; i += 1) await demo.ask('Calculate 6 * (7 + bananas)');
    const alert = await webhook.next('firing', BURN);
    expect(alert.labels).toMatchObject({ job: 'agents' });
    expect(alert.annotations).toEqual({
      summary: expect.stringMatching(/^Tool calculate: \d+(?:\.\d)? % failing \(budget 1 %\)$/) as string,
      description: expect.stringMatching(
        /^\d+(?:\.\d)? % of its executions failed within 5s; the objective allows 1 % in the long run\. Look first /,
      ) as string,
      runbook_url: 'docs/runbooks.md#toolerrorbudgetburn',
    });
    expect(await firing()).toEqual(['ToolErrorBudgetBurn critical', 'ToolErrorBudgetBurn warning']);
    await prometheus.eventually('inhibited', async () => {
      const response = await fetch(`${alertmanager.url}/api/v2/alerts?filter=severity%3Dwarning`);
      const [warning] = (await response.json()) as { status: { inhibitedBy: string[] } }[];
      return warning!.status.inhibitedBy.length === 1;
    });
  });

  it('is delivered as resolved once it works again', async () => {
    await expect(webhook.next('resolved', BURN)).resolves.toMatchObject({ labels: { tool: 'calculate' } });
  });

  it('is no reason for any other alert', async () => {
    await prometheus.eventually('silent', async () => (await firing()).length === 0);
  });

  it('leaves an alert where the demo is gone', async () => {
    await demo.stop();
    running.splice(running.indexOf(demo), 1);
    await expect(webhook.next('firing', { alertname: 'AgentMetricsTargetDown' })).resolves.toMatchObject({
      labels: { job: 'agents', severity: 'critical' },
    });
    await webhook.next('firing', { alertname: 'AgentMetricsAbsent' });
  });
});

describe('An application with a budget, whose agent goes in circles', () => {
  const budget = { name: 'day', by: 'application', costUsd: 1, window: '1d' } as const;
  const spend = trackedModel('gpt', async (costUsd: number) => currentExecution()!.usage({ costUsd }));
  const search = trackedTool('search', (text: string) => text);

  afterAll(stopAll);

  it('alerts when the budget is nearly spent, when it is, and when an agent repeats its calls', async () => {
    const app = await TestApp.start({
      imports: [MetricsModule.forRoot({ budgets: [budget], measureRepeats: true })],
    });
    const webhook = runs(await AlertWebhook.start());
    const alertmanager = runs(await startAlertmanager(webhook));
    const files = { 'metrics-token': 'none', 'agent-rules.yml': renderRules(SETTINGS, IN_A_HURRY) };
    runs(
      await PrometheusServer.startWith(prometheusConfig({ target: app.url, alertmanager: alertmanager.url }), files),
    );
    await spend(0.9);
    const nearly = await webhook.next('firing', { alertname: 'BudgetNearlySpent' });
    expect(nearly).toMatchObject({
      labels: { budget: 'day', severity: 'warning' },
      annotations: { summary: 'Budget day: 90 % spent' },
    });
    await expect(spend(0.9)).rejects.toBeInstanceOf(BudgetExceededError);
    const exceeded = await webhook.next('firing', { alertname: 'BudgetExceeded' });
    expect(exceeded.labels).toMatchObject({ budget: 'day', severity: 'warning' });

    const goInCircles = () =>
      app.nest.get(ExecutionTracker).trackAgent('looper', () => {
        for (let i = 0; i < 20; i += 1) search('the same');
      });
    const circles = setInterval(goInCircles, 500);
    const loops = await webhook.next('firing', { alertname: 'AgentLoops' }).finally(() => clearInterval(circles));
    expect(loops.labels).toMatchObject({ agent: 'looper' });
  });
});

const panels = panelsOf(agentDashboard(SETTINGS));
const queries = panels.flatMap(({ title, targets }) =>
  targets.map(({ refId, expr, exemplar }) => ({ title, refId, expr, exemplar })),
);

describe('The dashboard', () => {
  let crew: BusyCrew;
  let prometheus: PrometheusServer;
  let victoria: ServerProcess;
  const spans = new InMemorySpanExporter();

  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
    crew = runs(await BusyCrew.start());
    const config = prometheusConfig({ target: crew.url });
    const files = { 'metrics-token': 's3cret', 'agent-rules.yml': renderRules(SETTINGS, IN_A_HURRY) };
    prometheus = runs(await PrometheusServer.startWith(config, files));
    victoria = runs(await startVictoriaMetrics(config, { 'metrics-token': 's3cret' }));
    for (const { url } of [prometheus, victoria]) {
      await prometheus.eventually('counting', async () => {
        const rates = await queryPromql(url, 'rate(crew_dropped_series_total[10s]) > 0');
        return rates.length > 0;
      });
    }
  });

  afterAll(async () => {
    await stopAll();
    context.disable();
    trace.disable();
  });

  it.each(queries.filter(({ exemplar }) => exemplar))('leads from $title $refId to traces', async ({ expr }) => {
    const exemplars = await prometheus.exemplars(asSent(expr));
    const traces = new Set(spans.getFinishedSpans().map((span) => span.spanContext().traceId));
    expect(exemplars).not.toEqual([]);
    for (const { labels } of exemplars) expect(traces).toContain(labels['trace_id']);
  });

  describe.each([
    ['Prometheus', () => prometheus.url],
    ['VictoriaMetrics', () => victoria.url],
  ])('on %s', (_name, urlOf) => {
    it.each(queries)('has data for $title $refId', async ({ expr }) => {
      const results = await queryPromql(urlOf(), asSent(expr));
      expect(results).not.toEqual([]);
      for (const { value } of results) expect(value).not.toBeNaN();
    });
  });

  it('has recording rules beside it, every series of which has data', async () => {
    const rules = ruleGroups(SETTINGS, IN_A_HURRY).flatMap((group) => group.rules);
    const recorded = rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));
    for (const name of recorded) {
      await prometheus.eventually(name, async () => (await prometheus.query(name)).length > 0);
    }
  });

  it.each(documentedQueries())('understands a query of $page: $query', async ({ query }) => {
    await expect(prometheus.query(query)).resolves.toEqual(expect.any(Array));
  });

  it('has what leads to the right numbers in both', async () => {
    crew.rest();
    const counters = ['crew_agent_executions_total', 'crew_tool_executions_total', 'crew_model_tokens_total'];
    for (const counter of counters) {
      const sorted = async (url: string) =>
        (await queryPromql(url, counter))
          .map(({ labels: { instance: _, ...labels }, value }) =>
            JSON.stringify([Object.entries(labels).sort(), value]),
          )
          .sort();
      await prometheus.eventually(`as VictoriaMetrics: ${counter}`, async () => {
        const [ours, theirs] = [await sorted(prometheus.url), await sorted(victoria.url)];
        return ours.length > 0 && JSON.stringify(ours) === JSON.stringify(theirs);
      });
    }
  });
});

/** What the guides ask Prometheus. */
function documentedQueries(): { page: string; query: string }[] {
  const docs = join(OBSERVABILITY, '../docs');
  return readdirSync(docs)
    .filter((name) => name.endsWith('.md'))
    .flatMap((page) => {
      const blocks = readFileSync(join(docs, page), 'utf8').match(/(?<=```promql\n)[\s\S]*?(?=```)/g) ?? [];
      const lines = blocks.flatMap((block) => block.split('\n'));
      return lines.filter((line) => line !== '' && !line.startsWith('#')).map((query) => ({ page, query }));
    });
}
