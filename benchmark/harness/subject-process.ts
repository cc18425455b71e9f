import { createRequire } from 'node:module';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Measure, MeasureFactory, MeasureParams } from './measure';
import type { SubjectFactory, SubjectSetup } from './subject';

/** What a process is started with: one subject and what is measured of it. */
export interface ProcessTask {
  readonly subject: string;
  readonly measure: string;
  readonly setup: SubjectSetup;
  readonly params: MeasureParams;
}

/**
 * `startMs`: the processor's time that starting the subject took. `cpuMs`: all of it so far.
 * `longestBlockMs`: of the event loop since it was last asked for.
 */
export type Request =
  Exclude<keyof Measure, 'settle' | 'url'> | 'url' | 'startMs' | 'cpuMs' | 'longestBlockMs' | 'close';

/** What a request has led to, or why it failed. */
export type Reply = { readonly value: unknown } | { readonly error: string };

// A subject's libraries are loaded in its own process and in no other.
const load = createRequire(__filename);

async function main(task: ProcessTask): Promise<void> {
  const { start } = load(join(__dirname, '..', 'subjects', `${task.subject}.subject.ts`)) as { start: SubjectFactory };
  const { prepare } = load(join(__dirname, '..', 'measures', `${task.measure}.measure.ts`)) as {
    prepare: MeasureFactory;
  };
  const before = cpuMs();
  const subject = await start(task.setup);
  const startMs = cpuMs() - before;
  const measure = prepare(subject, task.params);
  const answers: Record<Request, () => unknown> = {
    ...measure,
    // Every contestant meets its round with a heap as clean as the others', and with code that V8 has found again.
    round: async () => {
      globalThis.gc!();
      await measure.settle?.();
      return measure.round();
    },
    url: () => measure.url?.() ?? subject.url,
    startMs: () => startMs,
    cpuMs,
    longestBlockMs: loopDelay(),
    close: () => subject.close(),
  };
  const answer = async (request: Request): Promise<unknown> => answers[request]();
  process.on('message', (request: Request) => {
    void answer(request).then(
      (value) => send({ value }),
      (error: unknown) => send({ error: String((error as Error).stack ?? error) }),
    );
  });
  send({ value: 'ready' });
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

/** The first to ask begins the watch. */
function loopDelay(): () => number {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  return () => {
    delay.enable();
    const longestMs = delay.max / 1e6;
    delay.reset();
    return longestMs;
  };
}

function send(reply: Reply): void {
  if (process.connected) process.send!(reply);
}

// Without a bench a subject that listens would never be stopped.
process.on('disconnect', () => process.exit());

main(JSON.parse(process.argv[2]!) as ProcessTask).catch((error: unknown) => {
  send({ error: String((error as Error).stack ?? error) });
  process.exitCode = 1;
});
