import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../support/server-process';

const PROGRAM = join(__dirname, '../processes/budgeted-crew.ts');
const REGISTER = join(__dirname, '../processes/register-typescript.js');

/** Redis counts in seconds. */
const TTL_MS = 2_000;
const DEADLINE_MS = 30_000;

/** A Redis that keeps its data in a folder when it stops. */
class RedisProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'redis-'));
  private process: ChildProcess | undefined;

  constructor(readonly port: number) {}

  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--appendonly', 'yes'];
    const redis = spawn('redis-server', [...options, '--save', ''], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface(redis.stdout)) {
      if (line.includes('Ready to accept connections')) break;
    }
    redis.stdout.resume();
    this.process = redis;
  }

  async stop(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    if (process?.kill() === true) await once(process, 'exit');
  }

  loseData(): void {
    rmSync(join(this.folder, 'appendonlydir'), { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Answer {
  readonly id: number;
  readonly answer: number;
}

/** One process of the application. */
class Replica {
  private orders = 0;
  private readonly waiting = new Map<number, (answer: number) => void>();
  private readonly ready: Promise<unknown>;

  constructor(
    private readonly child: ChildProcess,
    private readonly limitUsd: number,
  ) {
    this.ready = new Promise<number>((resolve) => this.waiting.set(0, resolve));
    child.on('message', ({ id, answer }: Answer) => this.waiting.get(id)?.(answer));
  }

  async order(order: 'ask' | 'begin' | 'end' | 'spentUsd' | 'close', value = 1): Promise<number> {
    await this.ready;
    const id = ++this.orders;
    const answer = new Promise<number>((resolve) => this.waiting.set(id, resolve));
    this.child.send({ id, order, value });
    return answer;
  }

  /** More calls than the budget has room for, one after the other. */
  askAll(): Promise<number> {
    return this.order('ask', this.limitUsd * 10 + 1);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

let redis: RedisProcess;
const replicas: Replica[] = [];

function start(count: number, limitUsd: number): Replica[] {
  const args = [String(redis.port), String(limitUsd), String(TTL_MS)];
  const started = Array.from({ length: count }, () => {
    const child = fork(PROGRAM, args, { execArgv: ['--require', REGISTER] });
    return new Replica(child, limitUsd);
  });
  replicas.push(...started);
  return started;
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ${DEADLINE_MS} ms.`);
    await setTimeout(100);
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

beforeEach(async () => {
  redis = new RedisProcess(await freePort());
  await redis.start();
});

afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.kill()));
  await redis.remove();
});

it('three processes spend one budget to the cent', async () => {
  const crew = start(3, 5);
  let admitted = 0;
  // Those that race for the last places may all be refused: they find room once nobody holds any.
  for (let round = 0; round < 3; round++) admitted += sum(await Promise.all(crew.map((replica) => replica.askAll())));
  expect(admitted + (await crew[0]!.order('ask', 3))).toBe(50);
  await eventually(async () =>
    (await Promise.all(crew.map((each) => each.order('spentUsd')))).every((usd) => usd === 5),
  );
});

it('what a killed process has spent stays spent, and what it has reserved is free after its time', async () => {
  const [killed, other] = start(2, 2) as [Replica, Replica];
  expect(await killed.order('ask', 5)).toBe(5);
  expect(await killed.order('begin')).toBe(1);
  expect(await killed.order('begin')).toBe(2);
  await killed.kill();

  expect(await other.askAll()).toBe(13);
  await eventually(async () => (await other.order('ask')) === 1);
  expect(await other.askAll()).toBe(1);
  expect(await other.order('spentUsd')).toBe(2);

  const [heir] = start(1, 2) as [Replica];
  expect(await heir.askAll()).toBe(0);
});

it.each(['with', 'without'])('calls go on while Redis is down, and count when it is back %s its data', async (data) => {
  const [one, two] = start(2, 3) as [Replica, Replica];
  expect(await one.order('ask', 5)).toBe(5);
  expect(await two.order('ask', 5)).toBe(5);
  await redis.stop();
  if (data === 'without') redis.loseData();
  expect(await one.order('ask', 5)).toBe(5);
  expect(await two.order('begin')).toBe(1);
  await redis.start();
  await two.order('end');

  const [reader] = start(1, 3) as [Replica];
  await eventually(async () => Math.round((await reader.order('spentUsd')) * 10) === 16);
  let admitted = 0;
  for (let round = 0; round < 2; round++) for (const replica of [one, two, reader]) admitted += await replica.askAll();
  expect(admitted).toBe(14);
});

it('a process that ends gives its place to the next', async () => {
  const [first] = start(1, 1) as [Replica];
  expect(await first.order('ask', 4)).toBe(4);
  await first.order('close');
  const [second] = start(1, 1) as [Replica];
  expect(await second.askAll()).toBe(6);
});
