import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { DemoApp, writeDocuments, type DemoMetrics } from '../support/demo-app';
import { PrometheusServer } from '../support/prometheus-server';
import type { QueryResult } from '../support/promql';

const STATUSES = ['success', 'error', 'timeout', 'cancelled'] as const;
const QUESTIONS = [
  'How long does the warranty last?',
  'How long does the warranty last, and how much is 6 * 7?',
  'What does the section "Warrantee" say?',
  'Calculate 6 * (7 + bananas)',
];

/** Numbers by what they count, such as `tool/researcher/calculate/success`. */
type Numbers = Readonly<Record<string, number | undefined>>;

describe('A real Prometheus that knows nothing of the demo but its address', () => {
  let docsDir: string;
  let demo: DemoApp;
  let prometheus: PrometheusServer;
  let json: DemoMetrics;

  beforeAll(async () => {
    docsDir = await writeDocuments({ 'README.md': '# Warranty\nThe warranty lasts for two years.\n' });
    demo = await DemoApp.start({ DOCS_DIR: docsDir });
    for (const question of QUESTIONS) await demo.ask(question);
    await (await demo.stream('How long does the warranty last?')).text();
    json = await demo.metrics();
    prometheus = await PrometheusServer.start(demo.url);
    await prometheus.eventually('scraping', async () => (await prometheus.query('up == 1')).length === 1);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await demo?.stop();
    await rm(docsDir, { recursive: true });
  });

  async function numbers(expression: string, ...labels: string[]): Promise<Numbers> {
    const results = await prometheus.query(expression);
    const keyOf = (result: QueryResult) => labels.map((label) => result.labels[label]).join('/');
    return Object.fromEntries(results.map((result) => [keyOf(result), result.value]));
  }

  it('finds it up', async () => {
    expect(await prometheus.query('up')).toEqual([{ labels: expect.anything() as unknown, value: 1 }]);
  });

  it('has the requests of the JSON', async () => {
    const { total_requests, successful_requests, failed_requests } = json.system_metrics;
    expect({ total_requests, successful_requests, failed_requests }).toEqual({
      total_requests: 5,
      successful_requests: 5,
      failed_requests: 0,
    });
    expect(await numbers('crew_requests_total', 'status')).toEqual({ success: 5, error: 0, timeout: 0, cancelled: 0 });
  });

  it('has every agent with the counts of the JSON', async () => {
    const expected = Object.entries(json.agent_metrics).flatMap(([agent, counts]) => byStatus(agent, counts));
    expect(expected).toContainEqual(['crew/success', 5]);
    expect(await numbers('crew_agent_executions_total', 'agent', 'status')).toEqual(Object.fromEntries(expected));
  });

  it('has every tool with the counts of the JSON', async () => {
    const expected = Object.entries(json.agent_metrics).flatMap(([agent, { tool_metrics }]) =>
      Object.entries(tool_metrics).flatMap(([tool, counts]) => byStatus(`${agent}/${tool}`, counts)),
    );
    expect(expected).toContainEqual(['researcher/calculate/error', 1]);
    const actual = await numbers('crew_tool_executions_total{agent!=""}', 'agent', 'tool', 'status');
    expect(actual).toEqual(Object.fromEntries(expected));
  });

  it('has every tool over all agents with the counts of the JSON', async () => {
    const expected = Object.entries(json.tool_metrics).flatMap(([tool, counts]) => byStatus(tool, counts));
    const actual = await numbers('sum by (tool, status) (crew_tool_executions_total)', 'tool', 'status');
    expect(actual).toEqual(Object.fromEntries(expected));
  });

  it('has every model with the calls, the tokens and the cost of the JSON', async () => {
    const models = Object.entries(json.model_metrics);
    const calls = await numbers('sum by (model, status) (crew_model_calls_total)', 'model', 'status');
    const tokens = await numbers('sum by (model) (crew_model_tokens_total)', 'model');
    const cost = await numbers('sum by (model) (crew_model_cost_usd_total)', 'model');
    expect(calls).toEqual(Object.fromEntries(models.flatMap(([model, counts]) => byStatus(model, counts))));
    expect(tokens).toEqual(
      Object.fromEntries(models.map(([model, { token_usage }]) => [model, token_usage.total_tokens])),
    );
    expect(cost).toEqual(Object.fromEntries(models.map(([model, { token_usage }]) => [model, token_usage.cost_usd])));
    expect(Object.keys(tokens).sort()).toEqual(['embedded-large', 'embedded-small']);
    expect(Math.min(...Object.values(cost).map(Number))).toBeGreaterThan(0);
  });

  it('has the caches and the sizes of payloads of the JSON', async () => {
    const caches = Object.entries(json.cache_metrics);
    const tools = Object.entries(json.tool_metrics);
    expect(await numbers('crew_cache_hits_total', 'cache')).toMatchObject(
      Object.fromEntries(caches.map(([cache, { hits }]) => [cache, hits])),
    );
    expect(await numbers('sum by (tool) (crew_tool_output_bytes_total)', 'tool')).toEqual(
      Object.fromEntries(tools.map(([tool, { output_bytes }]) => [tool, output_bytes])),
    );
  });

  it('has no word about our families from promtool', async () => {
    const input = await (await fetch(`${demo.url}/metrics?format=prometheus`)).text();
    expect(input).toContain('\ncrew_model_tokens_total{');
    const { stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    const words = `${stdout}${stderr}`.split('\n');
    // What it says of prom-client's own process metrics is not about us.
    expect({ error, words: words.filter((line) => !/^(?:nodejs_|process_|$)/.test(line)) }).toEqual({ words: [] });
  });
});

function byStatus(name: string, counts: Readonly<Record<string, unknown>>): [key: string, count: unknown][] {
  return STATUSES.map((status) => [`${name}/${status}`, counts[`${status}_count`]]);
}
