import { setTimeout as wait } from 'node:timers/promises';
import { Follower } from './follower';
import { blocksOf, commandsOf, filesOf, type Block } from './guide';
import { NpmRegistry } from './npm-registry';
import { PackedLibrary } from './packed-library';

const GUIDES = [
  'openai-agents',
  'tracking',
  'tokens-and-cost',
  'streaming',
  'testing',
  'securing-the-endpoint',
  'tenants',
  'limits-and-budgets',
  'caches',
  'timeouts',
  'outcomes',
  'ai-sdk',
  'openai',
  'anthropic',
  'langchain',
  'mcp',
  'batch-jobs',
  'endpoint',
  'health',
  'logs-and-billing',
  'migrating-from-prom-client',
  'names-and-cardinality',
  'opentelemetry',
  'options',
  'otlp',
  'several-processes',
];

/** Loads what a guide has shown, and starts each application in it. */
const LOADER = `
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MetricsModule } from 'nestjs-agent-metrics';

const options = { logger: ['error'], abortOnError: false };
for (const path of process.argv.slice(2)) {
  for (const exported of Object.values(await import(path))) {
    if (typeof exported !== 'function' || !Reflect.hasMetadata('imports', exported)) continue;
    const imports = Reflect.getMetadata('imports', exported);
    // Else it is one of several, and stands beside MetricsModule.
    const isWhole = imports.some((imported) => imported.module === MetricsModule);
    const root = isWhole ? exported : { module: class Root {}, imports: [MetricsModule.forRoot(), exported] };
    const app = await NestFactory.create(root, options).catch((error) => {
      throw new Error(\`\${path}: \${exported.name}\`, { cause: error });
    });
    await app.init();
    await app.close();
  }
}
process.exit();
`;

let library: PackedLibrary;
let registry: NpmRegistry;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  registry = await NpmRegistry.publish(library.tarball);
});

afterAll(() => {
  registry.close();
  library.remove();
});

describe.each(['11', '12'])('In an application that nest new of Nest %s has made', (cli) => {
  let follower: Follower;

  beforeAll(async () => {
    follower = await Follower.at({ within: library.folder, registry, cli });
  });

  afterEach(() => follower.stop());

  it('the first five minutes end with a line in Prometheus', async () => {
    for (const block of blocksOf('first-five-minutes')) await follow(block);
    expect.hasAssertions();
  });

  it('every guide finds its packages, and its snippets compile', async () => {
    const [first, ...others] = GUIDES.flatMap(packagesOf);
    // What others bring along of the same SDK is older; alone, its guide would find the newest.
    await follower.run(`npm install ${first}`);
    await follower.run(`npm install ${others.join(' ')}`);
    for (const [file, text] of GUIDES.flatMap((guide) => [...filesOf(guide)])) follower.write(file, text);
    expect(await follower.run('npm run build')).not.toContain('error');
  });

  it('the linter finds no fault in what the guides show', async () => {
    const found = await follower.run('npm run lint');
    // The application itself has a promise that floats.
    const ours = found.split('\n').filter((line) => line.includes('src/') && !line.endsWith('/src/main.ts'));
    expect(ours.filter((line) => !line.startsWith('> '))).toEqual([]);
  });

  it('every snippet loads, and every module starts', async () => {
    follower.write('load.mjs', LOADER);
    await follower.run('node load.mjs ./dist/guides/*.js ./dist/otlp.js ./dist/handler.js');
  });

  it('the tests of the guide pass', async () => {
    for (const command of commandsIn('testing')) await follower.run(command);
    expect(await follower.run('npm test')).toMatch(/Tests:? +8 passed/);
  });

  async function follow(block: Block): Promise<void> {
    if (block.language === 'console') for (const shown of commandsOf(block)) await type(shown.command, shown.output);
    else if (block.language === 'promql') await expectLine(block.text);
    else if (block.language === 'text') await expectAlert(block.text.trim());
    else follower.write(block.file!, block.text);
  }

  async function type(command: string, output: readonly string[]): Promise<void> {
    if (/^(?:npm run start:dev|prometheus|while)\b/.test(command)) return follower.start(command, output);
    const printed = (await follower.run(command)).split('\n');
    expect({ command, printed: output.length === 0 ? [] : printed.slice(-output.length) }).toEqual({
      command,
      printed: output,
    });
  }

  /** A line at a little under one a second, within the minute that the guide promises. */
  async function expectLine(query: string): Promise<void> {
    const isThere = (rates: readonly number[] = []) => rates.filter((rate) => rate > 0.4 && rate < 1.1).length >= 3;
    const graph = await withinAMinute(
      () => graphOf(follower.prometheus, query),
      ({ travel }) => isThere(travel),
    );
    expect({ agents: Object.keys(graph), isThere: isThere(graph['travel']) }).toEqual({
      agents: ['travel'],
      isThere: true,
    });
  }

  async function expectAlert(shown: string): Promise<void> {
    const alerts = await withinAMinute(
      () => alertsOf(follower.prometheus),
      (firing) => firing.includes(shown),
    );
    expect(alerts).toContain(shown);
  }
});

/**
 * Asks again until the answer is as it should be, for a minute. A server that has just been started refuses at first.
 *
 * @returns the last answer
 */
async function withinAMinute<Answer>(
  ask: () => Promise<Answer>,
  isRight: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const isLast = performance.now() > deadline;
    try {
      const answer = await ask();
      if (isRight(answer) || isLast) return answer;
    } catch (error) {
      if (isLast) throw error;
    }
    await wait(2_000);
  }
}

/** The commands of a guide, in blocks of their own. */
function commandsIn(guide: string): string[] {
  const blocks = blocksOf(guide).filter(({ language }) => language === 'console');
  return blocks.flatMap(commandsOf).map(({ command }) => command);
}

/** What a guide says that is to be installed, each command's packages together. */
function packagesOf(guide: string): string[] {
  return commandsIn(guide).flatMap((command) => /^npm install (.+)$/.exec(command)?.[1] ?? []);
}

/** What the graph shows: the values of the last minute, one every five seconds. */
async function graphOf(url: string, query: string): Promise<Record<string, number[]>> {
  const end = Date.now() / 1_000;
  const range = new URLSearchParams({ query, start: String(end - 60), end: String(end), step: '5' });
  const answer = await (await fetch(`${url}/api/v1/query_range?${range.toString()}`)).json();
  const { data } = answer as { data: { result: { metric: { agent: string }; values: [number, string][] }[] } };
  return Object.fromEntries(data.result.map(({ metric, values }) => [metric.agent, values.map(([, y]) => Number(y))]));
}

/** The alerts that fire, as the guide writes them. */
async function alertsOf(url: string): Promise<string[]> {
  const answer = await (await fetch(`${url}/api/v1/alerts`)).json();
  const { data } = answer as {
    data: { alerts: { state: string; labels: { alertname: string }; annotations: { summary: string } }[] };
  };
  const firing = data.alerts.filter(({ state }) => state === 'firing');
  return firing.map(({ labels, annotations }) => `${labels.alertname}: ${annotations.summary}`);
}
