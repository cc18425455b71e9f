import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger, type INestApplication, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CrewService } from './crew/crew.service';
import { readDemoConfig, type DemoConfig } from './demo.config';
import { DemoModule } from './demo.module';
import { DocsIndex } from './docs/docs-index';
import { loadSections } from './docs/load-sections';
import { assertFreePort } from './free-port';
import { ModelUnavailableError } from './model/model-unavailable.error';
import { starterQuestions } from './starter-questions';
import { Visitors } from './visitors';
import { welcome } from './welcome';

const logger = new Logger('Demo');

/**
 * Starts the crew: listens on `PORT`, says where to look and lets the crew answer three questions of its own,
 * then those of visitors.
 *
 * @throws StartupError for what the user can mend
 */
export async function startDemo(env: NodeJS.ProcessEnv): Promise<INestApplication> {
  const config = readDemoConfig(env);
  await assertFreePort(config.port);
  const app = await createDemo(config);
  const server = (await app.listen(config.port)) as Server;
  const { port } = server.address() as AddressInfo;
  process.stdout.write(welcome(`http://localhost:${port}`));
  await askStarterQuestions(app);
  if (config.visitEveryMs > 0) app.get(Visitors).invite(config.visitEveryMs);
  return app;
}

/** The application, not listening yet. */
export async function createDemo(config: DemoConfig, options?: NestApplicationOptions): Promise<INestApplication> {
  const docs = await DocsIndex.of(await loadSections(config.docsDir));
  const app = await NestFactory.create(DemoModule.forRoot(docs, config), {
    // Else a stream holds up the shutdown for as long as its client stays.
    forceCloseConnections: true,
    ...options,
  });
  logger.log(`The crew reads ${docs.sections.length} sections of ${docs.documentCount} documents`);
  return app.enableShutdownHooks();
}

async function askStarterQuestions(app: INestApplication): Promise<void> {
  const crew = app.get(CrewService);
  for (const question of starterQuestions(app.get(DocsIndex))) {
    try {
      const { sources, failures } = await crew.ask(question);
      logger.log(`Asked: ${question} (sources: ${sources.length}, failed tools: ${failures.length})`);
    } catch (error) {
      // That one the crew has logged itself, and the next start may find the model again.
      if (!(error instanceof ModelUnavailableError)) throw error;
    }
  }
}
