import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type * as Library from '../../src';
import { RecordingLogger } from '../support/recording-logger';

type Resolve = (request: string, parent?: { filename?: string }, ...rest: unknown[]) => string;

/** Who finds the copy of prom-client in the folder `COPY`, instead of the one that everybody else finds. */
const [, , owner, copy] = process.argv as [string, string, 'library' | 'application' | 'nobody', string];
const ownRequire = createRequire(join(copy, 'package.json'));

const resolver = Module as unknown as { _resolveFilename: Resolve };
const resolve = resolver._resolveFilename.bind(resolver);
const isLibrary = (file = '') => file.includes(join('@willsoto', 'nestjs-prometheus'));

resolver._resolveFilename = (request, parent, ...rest) =>
  owner === 'library' && request === 'prom-client' && isLibrary(parent?.filename)
    ? ownRequire.resolve('prom-client')
    : resolve(request, parent, ...rest);

async function main(): Promise<void> {
  if (owner === 'application') {
    ownRequire('prom-client');
    process.chdir(copy);
  }
  // Not before the library's way to prom-client leads elsewhere.
  const { MetricsModule } = createRequire(__filename)('../../src') as typeof Library;
  const logger = new RecordingLogger();
  const options = { endpoint: false, defaultMetrics: false } as const;
  const app = await NestFactory.createApplicationContext(MetricsModule.forRoot(options), { logger });
  await app.close();
  process.stdout.write(JSON.stringify(logger.warnings));
}

void main();
