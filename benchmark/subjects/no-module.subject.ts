import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { SubjectFactory } from '../harness/subject';
import { toolClass } from './agent-metrics.subject';

/** Decorated tools in an application without the module: they run as if undecorated. */
export const start: SubjectFactory = async ({ tools }) => {
  const classes = tools.map((name) => toolClass({ name }));

  @Module({ providers: classes })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'fatal'] });
  return { tools: classes.map((tool) => app.get(tool)), close: () => app.close() };
};
