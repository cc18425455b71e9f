import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readDemoConfig, type DemoConfig } from './demo.config';
import { DemoModule } from './demo.module';
import { DocsIndex } from './docs/docs-index';
import { readSections } from './docs/markdown-sections';
import { StartupError } from './startup.error';
import { Visitors } from './visitors';
import { welcome } from './welcome';

/**
 * Starts the crew: listens on `PORT`, says where to look and sends it questions.
 *
 * @throws StartupError for what the user can mend
 */
export async function startDemo(env: NodeJS.ProcessEnv): Promise<INestApplication> {
  const config = readDemoConfig(env);
  const app = await createDemo(config);
  const server = (await app.listen(config.port).catch(async ({ code }: NodeJS.ErrnoException) => {
    await app.close();
    throw new StartupError(`Port ${config.port} cannot be used (${code}): set PORT to another one.`);
  })) as Server;
  process.stdout.write(welcome(`http://localhost:${(server.address() as AddressInfo).port}`));
  await app.get(Visitors).invite(config.visitEveryMs);
  return app;
}

/** The application, not listening yet. */
export async function createDemo(config: DemoConfig, options?: NestApplicationOptions): Promise<INestApplication> {
  const docs = new DocsIndex(await readSections(config.docsDir));
  const app = await NestFactory.create(DemoModule.forRoot(docs, config), {
    // Else a stream holds up the shutdown for as long as its client stays.
    forceCloseConnections: true,
    ...options,
  });
  return app.enableShutdownHooks();
}
