import Module from 'node:module';
import { NestFactory } from '@nestjs/core';
import { ExecutionTracker, MetricsCollector, MetricsModule } from '../../src';

const resolver = Module as unknown as { _resolveFilename(request: string, ...rest: unknown[]): string };
const resolve = resolver._resolveFilename.bind(resolver);

/** As where it is not installed. */
resolver._resolveFilename = (request, ...rest) => {
  if (request !== '@opentelemetry/api') return resolve(request, ...rest);
  throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' });
};

async function main(): Promise<void> {
  const options = { endpoint: false, defaultMetrics: false } as const;
  const app = await NestFactory.createApplicationContext(MetricsModule.forRoot(options), { logger: false });
  await app.get(ExecutionTracker).trackAgent('researcher', async () => 'found');
  process.stdout.write(JSON.stringify(await app.get(MetricsCollector).exportMetrics('openmetrics')));
  await app.close();
}

void main();
