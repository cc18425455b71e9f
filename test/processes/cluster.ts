import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsModule } from '../../src';

/** The processes of one machine: two with a port each, and one that wants the port of the first. */
async function runPrimary(): Promise<void> {
  const [first, second] = await freePorts();
  const workers = [first, second, first];
  const said: unknown[] = [];
  for (const port of workers) said.push(await start(port));
  const agents = [await agentsAt(first), await agentsAt(second)];
  process.stdout.write(JSON.stringify({ ports: [first, second], said, agents }));
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill();
}

async function start(port: number): Promise<unknown> {
  const worker: Worker = cluster.fork({ METRICS_PORT: String(port) });
  const [message] = (await once(worker, 'message')) as [unknown];
  return message;
}

async function agentsAt(port: number): Promise<string[]> {
  const answers = [await fetchAgents(port), await fetchAgents(port)];
  return answers.flat();
}

async function fetchAgents(port: number): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const { agent_metrics: agents } = (await response.json()) as { agent_metrics: object };
  return Object.keys(agents);
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')];
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [first, second] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [first!, second!];
}

async function runWorker(): Promise<void> {
  const listen = { port: Number(process.env.METRICS_PORT), host: '127.0.0.1' };
  try {
    const module = MetricsModule.forRoot({ listen });
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    const agentId = `agent ${cluster.worker?.id}`;
    app.get(MetricsCollector).recordAgentExecution({ agentId, durationMs: 1, status: 'success' });
    process.send?.('listening');
  } catch (error) {
    process.send?.((error as Error).message);
  }
}

void (cluster.isPrimary ? runPrimary() : runWorker());
