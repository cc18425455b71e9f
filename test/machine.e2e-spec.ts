import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Counter, Registry } from 'prom-client';
import { AppModule, ResearcherAgent } from '../examples/several-processes';
import { ExecutionTracker, MetricsCollector, MetricsModule, type MetricsRootOptions } from '../src';
import { ManualClock, parseExposition } from '../src/testing';
import { runProgram } from './processes/run-program';
import { ExpositionSamples, seriesKey } from './support/exposition-samples';
import { ADAPTERS, TestApp, type AdapterFactory } from './support/test-app';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'machine-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Applications of one process are processes of a machine like any others. */
function startOne(clock: ManualClock, options: MetricsRootOptions = {}, adapter?: AdapterFactory): Promise<TestApp> {
  const quiet = { recordMemory: false, defaultMetrics: false } as const;
  const imports = [MetricsModule.forRoot({ ...quiet, processes: { directory }, ...options })];
  return TestApp.start({ imports }, { clock, adapter });
}

async function start(count: number, options?: MetricsRootOptions, adapter?: AdapterFactory) {
  const clock = new ManualClock();
  const apps: TestApp[] = [];
  // One after the other: each takes the next slot.
  while (apps.length < count) apps.push(await startOne(clock, options, adapter));
  return { apps, clock };
}

interface Instance {
  readonly worker: number;
  readonly state: string;
  readonly pid: number;
  readonly id: string | null;
}

type Document = Record<string, never> & { readonly instances: readonly Instance[] };

async function read(app: TestApp, path = ''): Promise<Document> {
  const { status, body } = await app.json<Document>(`/metrics${path}`);
  expect([path, status]).toEqual([path, 200]);
  return body;
}

async function samplesOf(app: TestApp, query = 'format=prometheus'): Promise<ExpositionSamples> {
  return new ExpositionSamples(await (await app.fetch(`/metrics?${query}`)).text());
}

function samplesIn(text: string, format: 'prometheus' | 'openmetrics') {
  return [...parseExposition(text, format).families.values()].flatMap(({ samples }) => samples);
}

/** By agent: of which worker how many executions have succeeded. */
function successes(samples: ExpositionSamples): string[] {
  const found = samples.all('crew_agent_executions_total', { status: 'success' });
  return found.map(({ labels, value }) => `${labels.agent} of ${labels.worker}: ${value}`);
}

const succeed = (app: TestApp, agentId: string, durationMs = 10) =>
  app.collector.recordAgentExecution({ agentId, durationMs, status: 'success' });

describe.each(ADAPTERS)('the processes of a machine on %s', (_, adapter) => {
  it('are one text, whichever of them is asked', async () => {
    const { apps } = await start(3, {}, adapter);
    apps.forEach((app, index) => succeed(app, `agent ${index}`));
    const all = ['agent 0 of 0: 1', 'agent 1 of 1: 1', 'agent 2 of 2: 1'];
    for (const app of apps) expect(successes(await samplesOf(app))).toEqual(all);
    const text = await (await apps[1]!.fetch('/metrics?format=openmetrics')).text();
    expect(() => parseExposition(text, 'openmetrics')).not.toThrow();
    expect(text.match(/^# TYPE crew_agent_executions /gm)).toHaveLength(1);
    expect(text).toMatch(/\ncrew_workers\{state="up"\} 3\ncrew_workers\{state="silent"\} 0\n# EOF\n$/);
  });

  it('are one document, in which each is named', async () => {
    const { apps } = await start(2, {}, adapter);
    for (const app of apps) succeed(app, 'a');
    const { instances, agent_metrics, instance } = await read(apps[1]!);
    expect(instances.map(({ worker, state, pid }) => [worker, state, pid])).toEqual([
      [0, 'up', process.pid],
      [1, 'up', process.pid],
    ]);
    expect(instance).toMatchObject({ id: instances[1]!.id });
    expect(agent_metrics).toMatchObject({ a: { execution_count: 2, total_duration: '20ms' } });
  });

  it('can be asked one by one', async () => {
    const { apps } = await start(2, {}, adapter);
    apps.forEach((app, index) => succeed(app, `agent ${index}`));
    expect(successes(await samplesOf(apps[0]!, 'format=prometheus&worker=1'))).toEqual(['agent 1 of 1: 1']);
    for (const path of ['', '/history', '/requests', '/trends']) {
      const text = JSON.stringify(await read(apps[0]!, `${path}?worker=1`));
      expect([path, text.includes('agent 1'), text.includes('agent 0')]).toEqual([path, true, false]);
    }
    const { status, body } = await apps[0]!.json<{ message: string }>('/metrics?worker=7');
    expect([status, body.message]).toEqual([404, 'There is no worker 7.']);
    expect((await apps[0]!.json('/metrics/history?worker=first')).status).toBe(400);
  });

  it('are asked for what the one that was asked has been asked', async () => {
    const { apps } = await start(2, {}, adapter);
    for (const app of apps) {
      succeed(app, 'a&b=c', 10);
      succeed(app, 'other', 20);
    }
    const wanted = `agent=${encodeURIComponent('a&b=c')}`;
    const { executions } = await read(apps[0]!, `/history?${wanted}&limit=1`);
    expect(executions).toHaveLength(1);
    const { requests } = await read(apps[0]!, `/requests?${wanted}`);
    expect(requests).toHaveLength(2);
    const { agents } = await read(apps[0]!, `/trends?names=other&names=nobody`);
    expect(Object.keys(agents!)).toEqual(['other']);
  });

  it('show a request of any of them, also while it runs', async () => {
    const { apps } = await start(2, {}, adapter);
    const running = apps[1]!.nest.get(ExecutionTracker).start({ kind: 'agent', id: 'slow' });
    succeed(apps[1]!, 'quick');
    const [done] = (await read(apps[0]!, '/requests')).requests as unknown as { id: string }[];
    expect(await read(apps[0]!, `/requests/${done!.id}`)).toMatchObject({ agent_id: 'quick' });
    expect(await read(apps[0]!, `/requests/${running.id}`)).toMatchObject({ agent_id: 'slow', executions: [] });
    expect((await apps[0]!.json('/metrics/requests/nobody-1')).status).toBe(404);
    expect(await read(apps[0]!, '/running')).toMatchObject({ executions: [{ id: running.id }] });
    running.end();
  });
});

/** What is recorded of one process of many. */
const aRecord = fc.record({
  at: fc.nat(3),
  name: fc.constantFrom('a', 'b', '__proto__', 'ü "\n\\'),
  kind: fc.constantFrom('agent', 'tool', 'toolOutside', 'model', 'hit', 'miss'),
  durationMs: fc.nat(100_000),
  status: fc.constantFrom('success', 'error', 'timeout', 'cancelled'),
  errorType: fc.constantFrom('A', 'B', undefined),
  inputTokens: fc.nat(1_000),
  advanceMs: fc.constantFrom(0, 300, 20_000),
} as const);

type Recorded = typeof aRecord extends fc.Arbitrary<infer Value> ? Value : never;

function record(metrics: MetricsCollector, given: Recorded): void {
  const { name, kind, durationMs, status, errorType, inputTokens } = given;
  const outcome = { durationMs, status, errorType };
  if (kind === 'agent') metrics.recordAgentExecution({ agentId: name, ...outcome });
  else if (kind === 'tool') metrics.recordToolExecution({ agentId: 'a', toolName: name, ...outcome, retries: 2 });
  else if (kind === 'toolOutside') metrics.recordToolExecution({ toolName: name, ...outcome, inputBytes: 7 });
  else if (kind === 'model')
    metrics.recordModelCall({ model: name, agentId: 'b', provider: 'p', ...outcome, inputTokens });
  else if (kind === 'hit') metrics.recordCacheHit(name);
  else metrics.recordCacheMiss();
}

/** Apart from who answers, and from the order in which names came. */
const WHO = ['instance', 'instances'];

function ofAll(document: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !WHO.includes(name)));
}

const withoutIds = (document: Record<string, unknown>, list: string) =>
  (document[list] as Record<string, unknown>[])
    .map(({ id: _id, parent_id: _parent, request_id: _request, ...rest }) => JSON.stringify(rest))
    .sort();

it('says of several processes what one would say that has seen all', async () => {
  const options = { pricing: { a: { inputPerMillion: 1_000_000, outputPerMillion: 0 } } };
  const { apps, clock } = await start(4, options);
  const one = await startOne(clock, { ...options, processes: 'own' });
  const everybody = [...apps, one];
  await fc.assert(
    fc.asyncProperty(fc.array(aRecord, { maxLength: 40 }), async (records) => {
      for (const { collector } of everybody) collector.reset();
      for (const given of records) {
        clock.advance(given.advanceMs);
        record(apps[given.at]!.collector, given);
        record(one.collector, given);
      }
      const [asked] = apps;
      expect(ofAll(await read(asked!))).toEqual(ofAll(await read(one)));
      expect(ofAll(await read(asked!, '/trends?window=1m'))).toEqual(ofAll(await read(one, '/trends?window=1m')));
      const totals = '/trends?window=5m&points=false';
      expect(ofAll(await read(asked!, totals))).toEqual(ofAll(await read(one, totals)));
      expect(withoutIds(await read(asked!, '/history'), 'executions')).toEqual(
        withoutIds(await read(one, '/history'), 'executions'),
      );
      expect(await summed(asked!)).toEqual(await summed(one));
    }),
    { numRuns: 25 },
  );
});

/** The counters and histograms of a text, added up over workers; those of 0 are left out. */
async function summed(app: TestApp): Promise<Record<string, number>> {
  const text = await (await app.fetch('/metrics?format=prometheus')).text();
  const sums: Record<string, number> = {};
  for (const { name, labels, value } of samplesIn(text, 'prometheus')) {
    const rest = Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'worker'));
    if (value === 0 || !/_(total|bucket|sum|count)$/.test(name)) continue;
    const key = seriesKey(name, rest);
    sums[key] = Math.round(((sums[key] ?? 0) + value) * 1e9) / 1e9;
  }
  return sums;
}

it('is what the guide shows', async () => {
  const clock = new ManualClock();
  const apps = [
    await TestApp.start({ imports: [AppModule] }, { clock }),
    await TestApp.start({ imports: [AppModule] }, { clock }),
  ];
  for (const { nest } of apps) nest.get(ResearcherAgent).run('Why?');
  const told = (await read(apps[0]!)).instances.map(({ id }) => id);
  for (const app of apps) expect(told).toContain((await app.document()).instance.id);
  const text = await (await apps[1]!.fetch('/metrics?format=prometheus')).text();
  const lines = text.match(/^crew_agent_executions_total\{agent="researcher",status="success",worker="\d"\} 1$/gm);
  expect(lines).toHaveLength(2);
});

it("are added up by prom-client's primary, too", async () => {
  expect(await runProgram<string[]>('aggregated-cluster')).toContain(
    'crew_agent_executions_total{agent="researcher",status="success"} 2',
  );
});

it('lists what has ended last first, whoever it was', async () => {
  const { apps, clock } = await start(3);
  for (let call = 0; call < 9; call += 1) {
    succeed(apps[call % 3]!, `agent ${call}`, 100 - call);
    clock.advance(10);
  }
  const namesOf = async (path: string, list: string) => {
    const document = (await read(apps[0]!, path)) as unknown as Record<string, { agent_id: string }[]>;
    return document[list]!.map(({ agent_id }) => Number(agent_id.slice(-1)));
  };
  expect(await namesOf('/history?limit=4', 'executions')).toEqual([8, 7, 6, 5]);
  expect(await namesOf('/requests?limit=3', 'requests')).toEqual([8, 7, 6]);
  expect(await namesOf('/requests?view=slowest&limit=5', 'requests')).toEqual([0, 1, 2, 3, 4]);
});

it('takes the slot that is free, and closes behind itself', async () => {
  const { apps, clock } = await start(3);
  const [folder] = readdirSync(directory);
  const slots = () => readdirSync(join(directory, folder!)).map((name) => name.split('-')[0]);
  expect(slots()).toEqual(['0', '1', '2']);
  await apps[1]!.close();
  expect(slots()).toEqual(['0', '2']);
  const next = await startOne(clock);
  expect(slots()).toEqual(['0', '1', '2']);
  succeed(next, 'next');
  expect(successes(await samplesOf(apps[0]!))).toEqual(['next of 1: 1']);
  await Promise.all([apps[0]!, apps[2]!, next].map((app) => app.close()));
  expect(readdirSync(directory)).toEqual([]);
});

it('says at start which of them it is', async () => {
  const { apps } = await start(2);
  const said = apps.flatMap(({ logger }) => logger.notices).filter((notice) => notice.includes('worker'));
  expect(said).toEqual(
    [0, 1].map((worker) => expect.stringMatching(new RegExp(` · worker ${worker} of this machine$`)) as string),
  );
});

it('adds up applications of one name and one prefix only', async () => {
  const clock = new ManualClock();
  const others: MetricsRootOptions[] = [
    {},
    { prefix: 'desk' },
    { processes: { directory, application: 'desk' } },
    { processes: 'own' },
  ];
  const apps: TestApp[] = [];
  for (const options of others) apps.push(await startOne(clock, options));
  const counts = await Promise.all(apps.map(async (app) => (await read(app)).instances?.length));
  expect(counts).toEqual([1, 1, 1, undefined]);
  expect(successes(await samplesOf(apps[3]!))).toEqual([]);
});

it('lets a worker of the name of a label of the user stand beside it', async () => {
  const registries = [new Registry(), new Registry()];
  const clock = new ManualClock();
  const apps: TestApp[] = [];
  for (const registry of registries) {
    new Counter({ name: 'jobs_total', help: 'Jobs.', labelNames: ['worker'], registers: [registry] }).inc({
      worker: 'x',
    });
    apps.push(await startOne(clock, { registry }));
  }
  const jobs = (await samplesOf(apps[0]!)).all('jobs_total');
  expect(jobs.map(({ labels }) => labels)).toEqual([
    { exported_worker: 'x', worker: '0' },
    { exported_worker: 'x', worker: '1' },
  ]);
});

it('leaves out a family that means something else in another process, and says so once', async () => {
  const clock = new ManualClock();
  const registries = [new Registry(), new Registry()];
  new Counter({ name: 'jobs_total', help: 'Jobs.', registers: [registries[0]!] }).inc();
  const gauge = { name: 'jobs_total', help: 'Jobs.', type: 'gauge', aggregator: 'sum' };
  const odd = { ...gauge, get: async () => ({ ...gauge, values: [{ value: 5, labels: {} }] }), reset: () => {} };
  registries[1]!.registerMetric(odd as never);
  const apps: TestApp[] = [];
  for (const registry of registries) apps.push(await startOne(clock, { registry }));
  for (const format of ['prometheus', 'prometheus', 'openmetrics'] as const) {
    const text = await (await apps[0]!.fetch(`/metrics?format=${format}`)).text();
    expect(samplesIn(text, format).filter(({ name }) => name === 'jobs_total')).toHaveLength(1);
  }
  const warnings = apps.flatMap(({ logger }) => logger.warnings).filter((warning) => warning.includes('jobs_total'));
  expect(warnings).toEqual([
    'Processes of this machine define the metric jobs_total differently; the definition of the first is exposed. Restart the others, or rename their metric.',
  ]);
});

it('adds budgets up, each process having its own', async () => {
  const budgets = [{ name: 'all', by: 'application', costUsd: 10, window: '1d' }] as const;
  const { apps } = await start(2, { budgets });
  apps.forEach(({ collector }, index) => collector.recordModelCall({ model: 'm', costUsd: index + 1 }));
  expect((await read(apps[0]!)).budgets).toMatchObject([
    { name: 'all', spent_usd: 3, limit_usd: 20, spent_ratio: 0.15 },
  ]);
});

it('adds the values of a breakdown up', async () => {
  const { apps } = await start(2, { breakdown: { value: () => 'acme' } });
  for (const { nest, collector } of apps) {
    await nest.get(ExecutionTracker).trackAgent('a', async () => {
      collector.recordModelCall({ model: 'm', costUsd: 0.5, inputTokens: 3 });
    });
  }
  expect((await read(apps[0]!)).breakdown).toMatchObject({
    by: 'tenant',
    values: { acme: { total_requests: 2, token_usage: { calls: 2, input_tokens: 6, cost_usd: 1 } } },
  });
});

describe('a directory', () => {
  const failure = (options: MetricsRootOptions) =>
    startOne(new ManualClock(), options).catch((error: Error) => error.message);

  it('that cannot be made is one clear error', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(await failure({ processes: { directory: file } })).toMatch(
      /^MetricsModule: the option "processes" is 'machine', and the directory .*file.* cannot be made \((ENOTDIR|EEXIST)\)\. Give it a directory that only this user may write: processes: \{ directory: '\/run\/agents' \}\.$/,
    );
  });

  it('whose path leaves no room for a socket is one, too', async () => {
    expect(await failure({ processes: { directory: join(directory, 'd'.repeat(80)) } })).toMatch(
      /is too long for a socket/,
    );
  });

  it('is closed to others', async () => {
    await start(1);
    expect(statSync(join(directory, readdirSync(directory)[0]!)).mode & 0o777).toBe(0o700);
  });
});

it.each([
  [
    'processes',
    { processes: 'all' },
    `MetricsModule: the option "processes" is 'all'; it must be 'own', 'machine', or an object of application and directory.`,
  ],
  [
    'application',
    { processes: { application: '' } },
    `MetricsModule: the option "processes.application" is ''; it must be a non-empty string.`,
  ],
  [
    'label',
    { processes: 'machine', defaultLabels: { worker: 'x' } },
    `MetricsModule: the option "defaultLabels" has the label "worker", which "processes" gives to every sample.`,
  ],
])('refuses a bad option: %s', (_, options, message) => {
  expect(() => MetricsModule.forRoot(options as MetricsRootOptions)).toThrow(new TypeError(message));
});

it('survives whoever connects without asking, and what is no answer', async () => {
  const { apps } = await start(2);
  const [folder] = readdirSync(directory);
  const sockets = readdirSync(join(directory, folder!));
  const socket = connect(join(directory, folder!, sockets[1]!));
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.end('nonsense\r\n\r\n');
  expect((await read(apps[0]!)).instances.map(({ state }) => state)).toEqual(['up', 'up']);
});

it('tells of a name once, however often it is asked for, and in the form in which it is kept', async () => {
  const { apps } = await start(2);
  const long = 'ä'.repeat(200);
  for (const app of apps) {
    succeed(app, 'a');
    succeed(app, long);
  }
  const { agents } = await read(apps[0]!, `/trends?names=a&names=a&names=${encodeURIComponent(long)}`);
  expect(agents).toMatchObject({ a: { count: 2 }, [long.slice(0, 128)]: { count: 2 } });
});

it('has no request of the id "..", which is no way to another route', async () => {
  const { apps } = await start(2);
  const { port } = new URL(apps[0]!.url);
  // `fetch` would resolve it.
  const asked = request({ host: '127.0.0.1', port, path: '/metrics/requests/%2e%2e?format=prometheus' }).end();
  const [{ statusCode }] = (await once(asked, 'response')) as [IncomingMessage];
  asked.destroy();
  expect(statusCode).toBe(404);
});

it('tells its samples apart also where somebody has exported before it joined', async () => {
  const clock = new ManualClock();
  const early = { provide: 'early', inject: [MetricsCollector], useFactory: exportEarly };
  const options = { processes: { directory }, recordMemory: false, defaultMetrics: false } as const;
  const app = await TestApp.start({ imports: [MetricsModule.forRoot(options)], providers: [early] }, { clock });
  succeed(app, 'a');
  expect(successes(await samplesOf(app))).toEqual(['a of 0: 1']);
});

async function exportEarly(collector: MetricsCollector): Promise<void> {
  await collector.exportMetrics('prometheus');
}

it('comes in while the last of the others leaves', async () => {
  const clock = new ManualClock();
  let last = await startOne(clock);
  for (let turn = 0; turn < 10; turn += 1) {
    const [next] = await Promise.all([startOne(clock), last.close()]);
    expect((await read(next)).instances.map(({ state }) => state)).toEqual(['up']);
    last = next;
  }
});

it.each([
  ['rows that are none', { 'x-instance': encodeURIComponent('{"state":"up"}') }, '["cache","a",1,1]\nnonsense\n'],
  ['no word of itself', {}, ''],
])('leaves out a process that tells %s', async (_, headers, body) => {
  const { apps } = await start(1);
  succeed(apps[0]!, 'a');
  const [folder] = readdirSync(directory);
  const odd = createServer((_request, response) => response.writeHead(200, headers).end(body));
  await once(odd.listen(join(directory, folder!, '1-1-abcdef01')), 'listening');
  try {
    const whole = await read(apps[0]!);
    expect(whole).toMatchObject({ agent_metrics: { a: { execution_count: 1 } }, cache_metrics: {} });
    for (const { instances } of [whole, await read(apps[0]!, '/trends')]) {
      expect(instances.map(({ worker, state }) => [worker, state])).toEqual([
        [0, 'up'],
        [1, 'silent'],
      ]);
    }
    expect(Object.keys(whole.cache_metrics!)).toEqual([]);
  } finally {
    odd.close();
  }
});

it('does not say that a request is not kept, while one that may have it is silent', async () => {
  const { apps } = await start(1);
  const [folder] = readdirSync(directory);
  const odd = createServer((_request, response) => response.end());
  await once(odd.listen(join(directory, folder!, '1-1-abcdef01')), 'listening');
  try {
    expect(await apps[0]!.json('/metrics/requests/nobody-1')).toMatchObject({
      status: 504,
      body: { message: 'Worker 1 does not answer.' },
    });
  } finally {
    odd.close();
  }
});
