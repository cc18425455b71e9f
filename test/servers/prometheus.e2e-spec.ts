import { spawnSync } from 'node:child_process';
import { Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { MetricsModule, TrackAgent, TrackTool } from '../../src';
import { countsInDocument, countsInSamples } from '../support/execution-counts';
import type { MetricsDocument } from '../support/metrics-document';
import { PrometheusServer } from '../support/prometheus-server';
import { ADAPTERS, TestApp } from '../support/test-app';
import type { AdapterFactory } from '../support/test-app';

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

async function startHostileCrew(adapter: AdapterFactory): Promise<string> {
  const { nest, url } = await TestApp.start(
    { imports: [MetricsModule.forRoot()], providers: [Toolbox, ...AGENTS] },
    { adapter },
  );
  nest.get(Toolbox).use('outside any agent');
  AGENTS.forEach((AgentClass, times) => {
    for (let time = 0; time <= times; time += 1) expect(() => nest.get<Agent>(AgentClass).run()).toThrow(TypeError);
  });
  return url;
}

/** Applications that run and have something to show: how to start one, which returns its URL, and its agents. */
const APPLICATIONS: readonly [application: string, start: () => Promise<string>, agents: readonly string[]][] =
  ADAPTERS.map(([name, adapter]) => [
    `agents with hostile names on ${name}`,
    () => startHostileCrew(adapter),
    HOSTILE_NAMES,
  ]);

describe.each(APPLICATIONS)('A real Prometheus that scrapes %s', (_application, start, names) => {
  let prometheus: PrometheusServer | undefined;

  afterEach(async () => {
    await prometheus?.stop();
  });

  it('finds it up, and has every name and every count as the JSON has them', async () => {
    const url = await start();
    const server = (prometheus = await PrometheusServer.start(url));
    await server.eventually('scraping', async () => (await server.query('up == 1')).length === 1);
    const agents = await server.query('crew_agent_executions_total');
    const tools = await server.query('crew_tool_executions_total');
    const document = (await (await fetch(`${url}/metrics`)).json()) as MetricsDocument;
    expect(new Set(agents.map(({ labels }) => labels['agent']))).toEqual(new Set(names));
    expect(countsInSamples(agents, tools)).toEqual(countsInDocument(document));
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
