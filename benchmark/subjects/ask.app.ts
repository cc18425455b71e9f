import { Module, type DynamicModule } from '@nestjs/common';
import type { Subject } from '../harness/subject';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ASK_CONTROLLERS, type AskKind } from './ask.controllers';
import { listen } from './listen';

/** An application with one handler, on Fastify: the faster an adapter, the more of a request is what is added to it. */
export async function startAsk(kind: AskKind, imports: DynamicModule[] = []): Promise<Subject> {
  @Module({ imports, controllers: [ASK_CONTROLLERS[kind]] })
  class AppModule {}

  const { app, url } = await listen(AppModule, new FastifyAdapter());
  return { url: `${url}/ask`, close: () => app.close() };
}
