import { Module, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExecutionTracker, MetricsCollector, MetricsModule, type MetricsRootOptions } from '../../src';

/** Answers that are late, and come to nothing. */
const answers: Record<string, () => unknown> = {
  'an async function that fails': async () => fail(),
  'a promise of a subclass': () => Job.reject(new Error('too late')),
  'a thenable': () => ({ then: (_: unknown, reject: (error: Error) => void) => void reject(new Error('too late')) }),
  'a function with a then': () =>
    Object.assign(() => {}, { then: (_: unknown, reject: (error: Error) => void) => void reject(new Error('no')) }),
  'a thenable that throws': () => ({ then: fail }),
  'a promise whose then cannot be read': () => Object.defineProperty({}, 'then', { get: fail }),
};

class Job extends Promise<never> {}

function fail(): never {
  throw new Error('too late');
}

type Late = () => never;

/** Where a function of the user's can be. */
const places: Record<
  string,
  (late: Late) => { options?: MetricsRootOptions; run?: (tracker: ExecutionTracker) => void }
> = {
  classifyError: (classifyError) => ({ options: { classifyError } }),
  classifyResult: (classifyResult) => ({ options: { classifyResult } }),
  recordErrorMessages: (recordErrorMessages) => ({ options: { recordErrorMessages } }),
  onExecution: (onExecution) => ({ options: { onExecution } }),
  pricing: (pricing) => ({ options: { pricing } }),
  'the name of an agent': (id) => ({ run: (tracker) => void tracker.trackAgent({ id }, () => 1) }),
  'the name of a tool': (name) => ({ run: (tracker) => void tracker.trackTool({ name }, () => 1) }),
  'the name of a model': (model) => ({ run: (tracker) => void tracker.trackModel({ model }, () => 1) }),
  firstChunk: (firstChunk) => ({
    run: (tracker) => void [...tracker.trackAgent({ id: 'streaming', firstChunk }, stream)],
  }),
  firstToken: (firstToken) => ({
    run: (tracker) => void [...tracker.trackModel({ model: 'm', firstToken }, stream)],
  }),
  until: (until) => ({ run: (tracker) => void tracker.trackAgent({ id: 'sdk', until }, () => 1) }),
  usage: (usage) => ({ run: (tracker) => void tracker.trackModel({ model: 'm', usage }, () => 1) }),
};

function* stream() {
  yield 1;
}

class Log implements LoggerService {
  readonly lines: string[] = [];

  log(): void {}

  warn(line: string): void {
    this.lines.push(line);
  }

  error(line: string): void {
    this.lines.push(line);
  }
}

const unhandled: string[] = [];
process.on('unhandledRejection', (error: Error) => unhandled.push(error.message));

async function observe(place: (late: Late) => ReturnType<(typeof places)[string]>, answer: () => unknown) {
  const { options, run } = place(answer as Late);
  const logger = new Log();
  const imports = [MetricsModule.forRoot({ endpoint: false, defaultMetrics: false, ...options })];
  class AppModule {}
  Module({ imports })(AppModule);
  const application = await NestFactory.createApplicationContext(AppModule, { logger });
  const tracker = application.get(ExecutionTracker);
  unhandled.length = 0;
  for (let i = 0; i < 2; i += 1) {
    run?.(tracker);
    tracker.trackTool('fine', () => 'fine');
    await tracker.trackTool('failing', async () => fail()).catch(() => {});
    application.get(MetricsCollector).recordModelCall({ model: 'm', inputTokens: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const statuses = application.get(MetricsCollector).getHistory({ kind: 'tool' }).slice(0, 2);
  await application.close();
  return { unhandled: [...unhandled], logged: logger.lines, ended: statuses.map(({ status }) => status) };
}

async function main(): Promise<void> {
  const report: Record<string, Record<string, unknown>> = {};
  for (const [where, place] of Object.entries(places)) {
    report[where] = {};
    for (const [what, answer] of Object.entries(answers)) report[where][what] = await observe(place, answer);
  }
  process.stdout.write(JSON.stringify(report));
}

void main();
