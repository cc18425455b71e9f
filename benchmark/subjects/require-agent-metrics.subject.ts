import { createRequire } from 'node:module';
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import type { SubjectFactory } from '../harness/subject';

const load = createRequire(__filename);

/** This library, loaded into a process that has Nest. */
export const start: SubjectFactory = async () => {
  load('nestjs-agent-metrics');
  return { async close() {} };
};
