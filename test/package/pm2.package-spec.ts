import { setTimeout } from 'node:timers/promises';
import { freePort } from '../support/server-process';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';
import { run } from './child-process';

/** One worker of an application: it says how many calls it has had, and serves what all have counted. */
const SERVER = `
require('reflect-metadata');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { MetricsCollector, MetricsModule } = require('nestjs-agent-metrics');
class AppModule {}
Module({ imports: [MetricsModule.forRoot({ processes: { directory: process.env.MEETING_PLACE } })] })(AppModule);
async function main() {
  const app = await NestFactory.create(AppModule, { logger: false });
  app.enableShutdownHooks();
  app.get(MetricsCollector).recordAgentExecution({ agentId: process.env.AGENT, durationMs: 1, status: 'success' });
  await app.listen(Number(process.env.PORT) + Number(process.env.OFFSET) * Number(process.env.NODE_APP_INSTANCE), '127.0.0.1');
}
void main();
`;

interface Answer {
  readonly instances: readonly { readonly worker: number; readonly state: string }[];
  readonly agent_metrics: Readonly<Record<string, { readonly execution_count: number }>>;
}

/** An application of PM2; of those in fork mode each process has a port of its own. */
interface Pm2App {
  readonly agent: string;
  readonly mode: 'cluster' | 'fork';
}

let library: PackedLibrary;
let projects: Record<Pm2App['mode'], ScratchProject>;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  const nest = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@12`);
  const packages = [
    library.tarball,
    ...nest,
    '@willsoto/nestjs-prometheus',
    'prom-client@15',
    'reflect-metadata',
    'rxjs',
  ];
  const install = (more: string[]) =>
    ScratchProject.install({ within: library.folder, packages: [...packages, ...more] });
  projects = { cluster: await install(['pm2']), fork: await install([]) };
});

afterAll(() => library.remove());

it('adds up the processes of each application of one PM2, in cluster and in fork mode, and after a reload', async () => {
  const apps = {
    cluster: { agent: 'of the cluster', mode: 'cluster', port: await freePort() },
    fork: { agent: 'of forks', mode: 'fork', port: await freePort() },
  } as const;
  const home = projects.cluster.folder;
  const pm2 = (...args: string[]) =>
    run({ command: [`${home}/node_modules/.bin/pm2`, ...args], folder: home, env: { PM2_HOME: `${home}/home` } });
  const declared = Object.values(apps).map(({ agent, mode, port }) => ({
    name: mode,
    script: `${projects[mode].folder}/main.js`,
    cwd: projects[mode].folder,
    instances: 2,
    exec_mode: mode,
    env: { AGENT: agent, PORT: port, OFFSET: mode === 'fork' ? 1 : 0, MEETING_PLACE: library.folder },
  }));
  for (const project of Object.values(projects)) project.write('main.js', SERVER);
  projects.cluster.write('ecosystem.config.js', `module.exports = ${JSON.stringify({ apps: declared })};`);
  try {
    await pm2('start', 'ecosystem.config.js');
    for (const { agent, port } of Object.values(apps)) await agreed(port, agent);
    await pm2('reload', 'cluster');
    await agreed(apps.cluster.port, apps.cluster.agent);
  } finally {
    await pm2('kill');
  }
});

/** Waits until both processes of an application answer together, and nobody else with them. */
async function agreed(port: number, agent: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  let answer: Answer | undefined;
  const isWhole = () => answer?.instances.length === 2 && answer.agent_metrics[agent]?.execution_count === 2;
  while (!isWhole() && performance.now() < deadline) {
    await setTimeout(100);
    const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    answer = (await response?.json()) as Answer | undefined;
  }
  expect(answer?.instances.map(({ state }) => state)).toEqual(['up', 'up']);
  expect(Object.keys(answer!.agent_metrics)).toEqual([agent]);
  expect(answer!.agent_metrics[agent]!.execution_count).toBe(2);
}
