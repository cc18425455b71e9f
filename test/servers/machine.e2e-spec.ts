import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPrograms, forkProgram, MachineProcess, type WorkersDocument } from '../support/machine-processes';
import { PrometheusServer } from '../support/prometheus-server';

let directory: string;

beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'machine-'))));
afterEach(async () => {
  await endPrograms();
  rmSync(directory, { recursive: true, force: true });
});

const start = (options: object = {}, ...rest: [object?]) =>
  MachineProcess.start({ application: 'desk', directory, ...options }, ...rest);
const startSeveral = (count: number) => Promise.all(Array.from({ length: count }, () => start()));
const workersOf = ({ instances }: WorkersDocument) => instances.map(({ worker }) => worker);
const pidsOf = ({ instances }: WorkersDocument) => instances.map(({ pid }) => pid).sort((a, b) => a - b);
const membersIn = (place: string) => readdirSync(place).flatMap((name) => readdirSync(join(place, name)));

/** What Prometheus has kept of counters, in the order of their workers. */
async function countersOf(url: string, range: string): Promise<number[][]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(range)}`);
  const { data } = (await response.json()) as {
    data: { result: { metric: { worker: string }; values: [time: number, value: string][] }[] };
  };
  const byWorker = data.result.sort((a, b) => Number(a.metric.worker) - Number(b.metric.worker));
  return byWorker.map(({ values }) => values.map(([, value]) => Number(value)));
}

/** As Prometheus counts, but from the first value on and without extending it: what falls has begun anew. */
function increase(values: readonly number[]): number {
  return values.reduce(
    (sum, value, at) => sum + (value < (values[at - 1] ?? 0) ? value : value - (values[at - 1] ?? 0)),
    0,
  );
}

describe('Processes of one application', () => {
  it('answer alike, whichever is asked', async () => {
    const workers = await startSeveral(4);
    for (const [at, worker] of workers.entries()) await worker.record('planner', at + 1);
    const documents = await Promise.all(workers.map((worker) => worker.document()));
    for (const document of documents) {
      expect(workersOf(document)).toEqual([0, 1, 2, 3]);
      expect(pidsOf(document)).toEqual(workers.map(({ pid }) => pid).sort((a, b) => a - b));
      expect(document.agent_metrics['planner']!.execution_count).toBe(10);
    }
    await Promise.all(workers.map((worker) => worker.end('close')));
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each(['SIGKILL', 'exit', 'leak'] as const)('leave the others as they were, when one ends by %s', async (how) => {
    const [stays, ends] = [await start(), await start({}, { execArgv: ['--max-old-space-size=64'], silent: true })];
    await stays.record('planner', 3);
    await ends.record('planner', 5);
    await ends.end(how);
    expect(membersIn(directory)).toHaveLength(2);
    const text = await stays.text();
    expect(text).toContain('crew_agent_executions_total{agent="planner",status="success",worker="0"} 3\n');
    expect(text).not.toContain('worker="1"');
    expect(text).toContain('crew_workers{state="up"} 1\ncrew_workers{state="silent"} 0\n');
    expect(membersIn(directory)).toHaveLength(1);
    const next = await start();
    await next.record('planner', 1);
    const merged = await next.text();
    expect(merged).toContain('crew_agent_executions_total{agent="planner",status="success",worker="0"} 3\n');
    expect(merged).toContain('crew_agent_executions_total{agent="planner",status="success",worker="1"} 1\n');
  });

  it('are counted right by Prometheus, while one after the other is replaced', async () => {
    // One after the other, so that the first has the first slot.
    const [asked, ...others] = [await start(), await start(), await start()];
    const prometheus = await PrometheusServer.start(asked.url);
    const succeeded = 'crew_agent_executions_total{status="success"}';
    let calls = 0;
    /** Calls, and waits until Prometheus knows how many the process has had. */
    const record = async (worker: MachineProcess, times: number, sum: number) => {
      await worker.record('planner', times);
      calls += times;
      const slot = (await asked.document()).instances.find(({ pid }) => pid === worker.pid)!.worker;
      await prometheus.eventually(`${sum} of worker ${slot}`, async () => {
        const [known] = await prometheus.query(`${succeeded.slice(0, -1)},worker="${slot}"}`);
        return known?.value === sum;
      });
    };
    try {
      for (const worker of [asked, ...others]) await record(worker, 10, 10);
      for (const replaced of others) {
        await record(replaced, 5, 15);
        await replaced.end('SIGKILL');
        const next = await start();
        // Fewer than the old one had, then more: in between Prometheus has to see that it counts anew.
        await record(next, 2, 2);
        await record(next, 20, 22);
      }
      const counted = await countersOf(prometheus.url, `${succeeded}[10m]`);
      expect(counted.map(increase)).toEqual([10, 37, 37]);
      expect(counted.map(increase).reduce((sum, count) => sum + count)).toBe(calls);
    } finally {
      await prometheus.stop();
    }
  }, 120_000);

  it('name one that is stopped, and have it back when it goes on', async () => {
    const [asked, stopped] = [await start(), await start()];
    await asked.record('planner', 1);
    await stopped.record('planner', 2);
    stopped.signal('SIGSTOP');
    const document = await asked.document();
    expect(document.instances).toMatchObject([
      { worker: 0, state: 'up', pid: asked.pid },
      { worker: 1, state: 'silent', pid: stopped.pid },
    ]);
    expect(document.agent_metrics['planner']!.execution_count).toBe(1);
    const text = await asked.text();
    expect(text).toContain('crew_workers{state="up"} 1\ncrew_workers{state="silent"} 1\n');
    expect(text).not.toContain('worker="1"');
    // It keeps its slot meanwhile.
    const third = await start();
    expect(workersOf(await third.document())).toEqual([0, 1, 2]);
    stopped.signal('SIGCONT');
    expect((await stopped.document()).agent_metrics['planner']!.execution_count).toBe(3);
    expect((await asked.document()).instances.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
  });
});

describe('One program', () => {
  it('is one application with its cluster workers behind one port, its child process and its worker thread', async () => {
    const primary = forkProgram('machine-cluster', [directory]);
    const [{ port, pids }] = (await once(primary, 'message')) as [{ port: number; pids: number[] }];
    // No connection is kept: each scrape may meet another worker.
    const scrape = () => fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } });
    for (let time = 0; time < 8; time += 1) {
      const document = (await (await scrape()).json()) as WorkersDocument;
      expect(workersOf(document)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(new Set(pidsOf(document))).toEqual(new Set(pids));
      expect(document.agent_metrics['planner']!.execution_count).toBe(6);
    }
  });
});

describe('A hundred processes that come and go', () => {
  const joinNow = async (member: ChildProcess): Promise<number> => {
    const answer = once(member, 'message');
    member.send('join');
    return ((await answer) as [number])[0];
  };

  it('always have slots of their own, from the first on, and leave nothing', async () => {
    for (let wave = 0; wave < 12; wave += 1) {
      const members = Array.from({ length: 8 }, () => forkProgram('machine-member', [directory, 'desk']));
      await Promise.all(members.map((member) => once(member, 'message')));
      // At the same moment.
      const slots = await Promise.all(members.map(joinNow));
      expect(slots.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      const ended = members.map((member) => once(member, 'exit'));
      members.forEach((member, at) => (at % 2 === wave % 2 ? member.kill('SIGKILL') : member.send('leave')));
      await Promise.all(ended);
    }
    const last = await start();
    expect(workersOf(await last.document())).toEqual([0]);
    expect(membersIn(directory)).toHaveLength(1);
    await last.end('close');
    expect(readdirSync(directory)).toEqual([]);
  }, 180_000);
});

describe('Processes that do not meet', () => {
  it.each([
    ['another application', { application: 'other' }, {}],
    ['another prefix', { prefix: 'other' }, {}],
  ])('%s', async (_name, options, forkOptions) => {
    const [one, other] = [await start(), await start(options, forkOptions)];
    expect(pidsOf(await one.document())).toEqual([one.pid]);
    expect(pidsOf(await other.document())).toEqual([other.pid]);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('another user', async () => {
    chmodSync(directory, 0o777);
    const [one, other] = [await start(), await start({}, { uid: 65_534, gid: 65_534 })];
    expect(pidsOf(await one.document())).toEqual([one.pid]);
    expect(pidsOf(await other.document())).toEqual([other.pid]);
  });
});

describe('The directory', () => {
  const nobody = { uid: 65_534, gid: 65_534 };
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('that cannot be written is one clear error', async () => {
    chmodSync(directory, 0o755);
    await expect(start({}, nobody)).rejects.toThrow(
      /^MetricsModule: the option "processes" is 'machine', and the directory \S+ cannot be made \(EACCES\)\. Give it/,
    );
  });

  it('that is open to others is one clear error', async () => {
    const first = await start();
    const [name] = readdirSync(directory);
    chmodSync(join(directory, name!), 0o755);
    await expect(start()).rejects.toThrow('is open to other users');
    await first.end('close');
  });

  it('is where the option says, when there is no temporary one', async () => {
    const env = { ...process.env, TMPDIR: '/nowhere' };
    const worker = await start({}, { env });
    expect(workersOf(await worker.document())).toEqual([0]);
    expect(existsSync('/nowhere')).toBe(false);
  });
});
