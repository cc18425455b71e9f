import './own-package';
import cluster from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { serveClusterMetrics, WorkerModule } from '../../examples/aggregator-registry';
import { MetricsCollector } from '../../src';

/** Says what the primary of a cluster serves when each of its workers has had a call. */
async function runPrimary(): Promise<void> {
  const server = serveClusterMetrics(0);
  const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const { port } = server.address() as AddressInfo;
  const text = await (await fetch(`http://127.0.0.1:${port}`)).text();
  process.stdout.write(
    JSON.stringify(text.split('\n').filter((line) => line.startsWith('crew_agent_executions_total'))),
  );
  server.close();
  for (const worker of workers) worker.process.kill();
}

async function runWorker(): Promise<void> {
  const app = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
  app.get(MetricsCollector).recordAgentExecution({ agentId: 'researcher', durationMs: 1, status: 'success' });
  process.send?.('ready');
}

void (cluster.isPrimary ? runPrimary() : runWorker());
