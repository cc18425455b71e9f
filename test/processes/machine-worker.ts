import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsListener, MetricsModule, type MachineOptions } from '../../src';

/** What the test says. */
export type WorkerOrder = 'close' | 'exit' | 'leak' | { readonly record: string; readonly times: number };

/** What the program answers. */
export type WorkerAnswer = { readonly url: string } | { readonly error: string } | 'recorded';

/** One process of an application on this machine, with an endpoint of its own; or its whole start has failed. */
async function main([options]: string[]): Promise<void> {
  const { prefix, ...processes } = JSON.parse(options!) as MachineOptions & { readonly prefix?: string };
  const listen = { port: 0, host: '127.0.0.1' };
  @Module({ imports: [MetricsModule.forRoot({ listen, processes, prefix, defaultMetrics: false })] })
  class AppModule {}

  try {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    const collector = app.get(MetricsCollector);
    process.on('message', (order: WorkerOrder) => {
      if (order === 'close') void app.close().then(() => process.disconnect());
      else if (order === 'exit') process.exit();
      else if (order === 'leak') exhaustMemory();
      else record(collector, order.record, order.times);
    });
    say({ url: `http://127.0.0.1:${app.get(MetricsListener).address()!.port}` });
  } catch (error) {
    say({ error: (error as Error).message });
    process.disconnect();
  }
}

function record(collector: MetricsCollector, agentId: string, times: number): void {
  for (let time = 0; time < times; time += 1) {
    collector.recordAgentExecution({ agentId, durationMs: 1, status: 'success' });
  }
  say('recorded');
}

function exhaustMemory(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, Math.random));
}

function say(answer: WorkerAnswer): void {
  process.send!(answer);
}

void main(process.argv.slice(2));
