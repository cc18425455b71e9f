import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsModule } from '../../src';

const REGISTER = ['--require', join(__dirname, 'register-typescript.js')];

/** Four cluster workers behind one port, a child process and a worker thread, each of which has run an agent once. */
async function runPrimary(directory: string): Promise<void> {
  const pids: number[] = [];
  let port = 0;
  for (let count = 0; count < 4; count += 1) {
    const worker = cluster.fork();
    const [{ port: given }] = (await once(worker, 'listening')) as unknown as [{ port: number }];
    port = given;
    pids.push(worker.process.pid!);
  }
  const child = fork(__filename, [directory, 'child'], { execArgv: REGISTER });
  await once(child, 'message');
  const thread = new Worker(__filename, { workerData: directory, execArgv: REGISTER });
  await once(thread, 'message');
  process.send!({ port, pids: [...pids, child.pid, process.pid] });
}

async function runWorker(directory: string): Promise<void> {
  @Module({ imports: [MetricsModule.forRoot({ processes: { directory }, defaultMetrics: false })] })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  app.get(MetricsCollector).recordAgentExecution({ agentId: 'planner', durationMs: 1, status: 'success' });
  if (cluster.isWorker) await app.listen(0, '127.0.0.1');
  else if (isMainThread) process.send!('ready');
  else parentPort!.on('message', () => {}).postMessage('ready'); // A thread that waits for nothing ends.
}

function main([directory, role]: string[]): Promise<void> {
  if (!isMainThread) return runWorker(workerData as string);
  return cluster.isPrimary && role === undefined ? runPrimary(directory!) : runWorker(directory!);
}

process.once('disconnect', () => process.exit());
void main(process.argv.slice(2));
