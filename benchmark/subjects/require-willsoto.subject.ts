import { createRequire } from 'node:module';
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import type { SubjectFactory } from '../harness/subject';

const load = createRequire(__filename);

/** prom-client and its module, loaded into a process that has Nest. */
export const start: SubjectFactory = async () => {
  load('prom-client');
  load('@willsoto/nestjs-prometheus');
  return { async close() {} };
};
