import 'reflect-metadata';
import { Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsModule } from 'nestjs-agent-metrics';
import type { Subject } from '../harness/subject';

const CLASSES = 100;
const METHODS = 10;

type Decorate = (name: string) => MethodDecorator;

/** A provider with ten methods, to each of which a decorator is applied as TypeScript would. */
function providerClass(index: number, decorate: Decorate | undefined): Type {
  @Injectable()
  class ToolsProvider {}
  for (let method = 0; method < METHODS; method += 1) {
    const key = `method${method}`;
    const descriptor: TypedPropertyDescriptor<unknown> = {
      value: async () => index,
      writable: true,
      configurable: true,
    };
    const decorated = decorate?.(`tool-${index}-${method}`)(ToolsProvider.prototype, key, descriptor);
    Object.defineProperty(ToolsProvider.prototype, key, decorated ?? descriptor);
  }
  return ToolsProvider;
}

/** Starts an application of a thousand methods with the module in it, from its classes to the end of `init`. */
export async function startThousandMethods(decorate?: Decorate): Promise<Subject> {
  const providers = Array.from({ length: CLASSES }, (_, index) => providerClass(index, decorate));

  @Module({ imports: [MetricsModule.forRoot({ endpoint: false })], providers })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'fatal'] });
  return { close: () => app.close() };
}
