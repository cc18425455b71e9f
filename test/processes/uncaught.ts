import { Readable } from 'node:stream';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { throwError } from 'rxjs';
import { ExecutionTracker, MetricsModule } from '../../src';

@Module({ imports: [MetricsModule.forRoot({ endpoint: false })] })
class AppModule {}

class Job extends Promise<string> {}

type Track = <Result>(body: () => Result) => Result;

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Failures that nobody listens for. */
const failures: Record<string, (track: Track) => unknown> = {
  'a promise': (track) => void track(async () => fail()),
  'a promise that is chained': (track) => void track(async () => fail()).then(() => {}),
  'a promise that is handled': (track) => void track(async () => fail()).catch(() => {}),
  'a promise that is handled later in the same task': (track) => {
    const promise = track(async () => fail());
    process.nextTick(() => void promise.catch(() => {}));
  },
  'a promise of a subclass': (track) => void track(() => Job.reject(new Error('nobody listens'))),
  'a promise of a subclass that is handled': (track) =>
    void track(() => Job.reject(new Error('nobody listens'))).catch(() => {}),
  'a query': (track) =>
    void track(() => ({
      then: (...callbacks: []) => Promise.reject(new Error('nobody listens')).then(...callbacks),
    })).then(),
  'an async generator': (track) =>
    void track(async function* () {
      yield await fail();
    }).next(),
  'an Observable': (track) => void track(() => throwError(() => new Error('nobody listens'))).subscribe(),
  'a Readable that nobody has read': (track) =>
    void track(() => new Readable({ read() {} })).destroy(new Error('nobody listens')),
  'a Readable that is read': (track) =>
    void track(
      () =>
        new Readable({
          read() {
            this.destroy(new Error('nobody listens'));
          },
        }),
    ).resume(),
  'a Readable that is listened to': (track) =>
    void track(
      () =>
        new Readable({
          read() {
            this.destroy(new Error('nobody listens'));
          },
        }),
    )
      .on('error', () => {})
      .resume(),
  'a web stream': (track) =>
    void track(() => new ReadableStream({ pull: fail }))
      .getReader()
      .read(),
};

async function fail(): Promise<never> {
  throw new Error('nobody listens');
}

async function main(): Promise<void> {
  const seen: string[] = [];
  process.on('unhandledRejection', (error: Error) => seen.push(`unhandled rejection: ${error.message}`));
  process.on('uncaughtException', (error) => seen.push(`uncaught exception: ${error.message}`));
  const application = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const tracker = application.get(ExecutionTracker);

  const observe = async (failure: (track: Track) => unknown, track: Track) => {
    seen.length = 0;
    failure(track);
    await soon();
    return [...seen];
  };
  const report: Record<string, unknown> = {};
  for (const [what, failure] of Object.entries(failures)) {
    const untracked = await observe(failure, (body) => body());
    const tracked = await observe(failure, (body) => tracker.trackAgent('failing', body));
    report[what] = { untracked, tracked };
  }
  await observe(
    () => void tracker.trackAgent({ id: 'sdk', until: () => fail() }, () => 'result'),
    (body) => body(),
  );
  report['what until found'] = { untracked: [], tracked: [...seen] };
  await application.close();
  process.stdout.write(JSON.stringify(report));
}

void main();
