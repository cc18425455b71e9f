import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { BullModule, getQueueToken, InjectQueue, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, Scope, type INestApplicationContext } from '@nestjs/common';
import { DelayedError, QueueEvents, UnrecoverableError, type Job, type Queue } from 'bullmq';
import * as tenants from '../../examples/tenants';
import { MetricsListener, TrackAgent, TrackTool } from '../../src';
import { parseExposition } from '../../src/testing';
import {
  collectorOf,
  counted,
  expectUntouched,
  inProgress,
  OpenApplications,
  startContext,
  withMetrics,
} from '../support/applications';
import { freePort } from '../support/server-process';

@Injectable()
class Search {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }
}

@Processor('crew')
class CrewProcessor extends WorkerHost {
  constructor(private readonly search: Search) {
    super();
  }

  @TrackAgent({ id: (job: Job) => job.name, allowed: ['ask', 'fail', 'postpone'] })
  async process(job: Job<string>, token?: string): Promise<string> {
    if (job.name === 'fail') throw new UnrecoverableError('No tea.');
    if (job.name === 'postpone' && job.attemptsStarted === 1) {
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    }
    return this.search.query(job.data);
  }

  @OnWorkerEvent('completed')
  @TrackTool('report')
  report(): void {}
}

@Processor({ name: 'scoped crew', scope: Scope.REQUEST })
class RequestScopedProcessor extends WorkerHost {
  constructor(private readonly search: Search) {
    super();
  }

  @TrackAgent('scoped')
  async process(job: Job<string>): Promise<string> {
    return this.search.query(job.data);
  }
}

@Injectable()
class Producer {
  constructor(
    @InjectQueue('crew') readonly crew: Queue,
    @InjectQueue('scoped crew') readonly scoped: Queue,
  ) {}
}

async function startRedis(port: number): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const redis = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(redis.stdout)) {
    if (line.includes('Ready to accept connections')) break;
  }
  redis.stdout.resume();
  return redis;
}

let redis: ChildProcess;
let connection: { host: string; port: number };
let events: QueueEvents[];
const applications = new OpenApplications();
let application: INestApplicationContext;
let neighbour: INestApplicationContext;

beforeAll(async () => {
  connection = { host: '127.0.0.1', port: await freePort() };
  redis = await startRedis(connection.port);
});

afterAll(async () => {
  const exited = once(redis, 'exit');
  redis.kill();
  await exited;
});

beforeEach(async () => {
  neighbour = applications.add(await startContext(withMetrics({ providers: [Search] })));
  const metadata = {
    imports: [BullModule.forRoot({ connection }), BullModule.registerQueue({ name: 'crew' }, { name: 'scoped crew' })],
    providers: [CrewProcessor, RequestScopedProcessor, Producer, Search],
  };
  application = applications.add(await startContext(withMetrics(metadata, { listen: { port: 0, host: '127.0.0.1' } })));
  // From the first event on: by default they read what comes after they ask, and are ready before they ask, so that a
  // quick job would end unheard.
  events = ['crew', 'scoped crew'].map((queue) => new QueueEvents(queue, { connection, lastEventId: '0' }));
  await Promise.all(events.map((queue) => queue.waitUntilReady()));
});

afterEach(async () => {
  expectUntouched(neighbour);
  await Promise.all(events.map((queue) => queue.close()));
  await applications.closeAll();
});

const run = async (name: string, queue: 'crew' | 'scoped' = 'crew') => {
  const job = await application.get(Producer)[queue].add(name, 'tea');
  return job.waitUntilFinished(events[queue === 'crew' ? 0 : 1]!) as Promise<string>;
};

it('a job is counted under the name that its arguments give', async () => {
  expect(await run('ask')).toBe('tea found');
  expect(counted(application).slice(0, 2)).toEqual(['tool search of ask: success', 'agent ask: success']);
});

it('a worker without HTTP is scraped on a port of its own, which closes with it', async () => {
  await run('ask');
  const url = `http://127.0.0.1:${application.get(MetricsListener).address()!.port}/metrics`;
  const text = await (await fetch(`${url}?format=prometheus`)).text();
  const labels = { agent: 'ask', tool: 'search', status: 'success' };
  expect(parseExposition(text).value('crew_tool_executions_total', labels)).toBe(1);
  await application.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

it('a job of a request-scoped processor is counted', async () => {
  expect(await run('only', 'scoped')).toBe('tea found');
  expect(counted(application)).toEqual(['tool search of scoped: success', 'agent scoped: success']);
});

it('a job that fails is counted as an error', async () => {
  await expect(run('fail')).rejects.toThrow('No tea.');
  expect(counted(application)).toEqual(['agent fail: error UnrecoverableError']);
});

it('a job that postpones itself is cancelled, and counted again when it runs', async () => {
  expect(await run('postpone')).toBe('tea found');
  expect(counted(application).slice(0, 3)).toEqual([
    'agent postpone: cancelled DelayedError',
    'tool search of postpone: success',
    'agent postpone: success',
  ]);
});

it('a worker event is counted, and nothing is left in progress', async () => {
  await run('ask');
  await application.close();
  expect(counted(application)).toContain('tool report: success');
  expect(inProgress(application)).toBe(0);
});

it('a job is counted for the tenant that its data names, however many run at once', async () => {
  @Processor('questions', { concurrency: 8 })
  class QuestionWorker extends WorkerHost {
    constructor(private readonly processor: tenants.QuestionProcessor) {
      super();
    }

    async process(job: Parameters<tenants.QuestionProcessor['process']>[0]): Promise<string> {
      return this.processor.process(job);
    }
  }

  const metadata = {
    imports: [BullModule.forRoot({ connection }), BullModule.registerQueue({ name: 'questions' })],
    providers: [QuestionWorker, tenants.QuestionProcessor, tenants.Researcher],
  };
  const options = { breakdown: { value: tenants.tenantOfJob } };
  const worker = applications.add(await startContext(withMetrics(metadata, options)));
  const queue = worker.get<Queue>(getQueueToken('questions'));
  const heard = new QueueEvents('questions', { connection, lastEventId: '0' });
  events.push(heard);
  await heard.waitUntilReady();
  const names = Array.from({ length: 9 }, (_, index) => `tenant ${index % 3}`);
  const jobs = await queue.addBulk(names.map((tenant) => ({ name: 'ask', data: { tenant, text: 'tea' } })));
  await Promise.all(jobs.map((job) => job.waitUntilFinished(heard)));
  const { values } = collectorOf(worker).getBreakdown()!;
  const figures = Object.entries(values).map(([tenant, { successfulRequests, tokenUsage }]) => {
    return [tenant, successfulRequests, tokenUsage.totalTokens];
  });
  expect(figures.sort()).toEqual([0, 1, 2].map((index) => [`tenant ${index}`, 3, 3_300]));
});
