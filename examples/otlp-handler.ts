import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CrewAgent, CrewModule, startTelemetry } from './otlp.js';

// #region handler
const telemetry = startTelemetry();
let starting: Promise<INestApplicationContext> | undefined;

export async function handler(event: { question: string }) {
  const app = await (starting ??= NestFactory.createApplicationContext(CrewModule));
  try {
    return app.get(CrewAgent).answer(event.question);
  } finally {
    // Between two invocations the process is frozen, and with it the reader's interval.
    await telemetry.forceFlush();
  }
}
// #endregion
