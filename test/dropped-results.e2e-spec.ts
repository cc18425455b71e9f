import { Readable } from 'node:stream';
import { from, Subject } from 'rxjs';
import { currentExecution, ExecutionTracker } from '../src';
import { collectGarbageUntil } from './support/garbage-collector';
import { endings, startApplication } from './support/live-application';

/** Chunks without an end. */
async function* endless() {
  for (let chunk = 0; ; chunk += 1) yield chunk;
}

const iterable = (): AsyncIterable<number> => ({ [Symbol.asyncIterator]: endless });
const readable = () => Readable.from(endless(), { highWaterMark: 1 });
const webStream = () =>
  new ReadableStream<number>({ pull: (controller) => controller.enqueue(1) }, { highWaterMark: 0 });

type Case = readonly [what: string, use: (tracker: ExecutionTracker) => Promise<unknown>, chunks: number];

/** Each begins and is dropped by its only user. */
const dropped: Case[] = [
  ['a generator, read half-way', async (tracker) => void (await tracker.trackAgent('lost', endless).next()), 1],
  [
    'an async iterable, read half-way',
    async (tracker) => void (await tracker.trackAgent('lost', iterable)[Symbol.asyncIterator]().next()),
    1,
  ],
  [
    'a web stream, read half-way',
    async (tracker) => void (await tracker.trackAgent('lost', webStream).getReader().read()),
    1,
  ],
  [
    'a promised generator, never read',
    async (tracker) => void (await tracker.trackAgent('lost', async () => endless())),
    0,
  ],
  [
    'a promised iterable, never read',
    async (tracker) => void (await tracker.trackAgent('lost', async () => iterable())),
    0,
  ],
  [
    'a promised Observable, never read',
    async (tracker) => void (await tracker.trackAgent('lost', async () => from([1]))),
    0,
  ],
  [
    'a promised Readable, never read',
    async (tracker) => void (await tracker.trackAgent('lost', async () => readable())),
    0,
  ],
  [
    'a promised web stream, never read',
    async (tracker) => void (await tracker.trackAgent('lost', async () => webStream())),
    0,
  ],
];

/** Enough rounds for whatever could be collected. */
function after(rounds: number): () => boolean {
  let left = rounds;
  return () => (left -= 1) < 0;
}

describe('an execution whose result is dropped', () => {
  it.each(dropped)('ends as cancelled: %s', async (_what, use, chunks) => {
    const { module, collector } = await startApplication();

    await use(module.get(ExecutionTracker));
    expect(collector.getRunning()).toHaveLength(1);
    await collectGarbageUntil(() => collector.getRunning().length === 0);

    expect(endings(collector)).toMatchObject([{ status: 'cancelled', chunks }]);
    await module.close();
  });

  it('aborts its signal', async () => {
    const { module, collector } = await startApplication();
    const signals: AbortSignal[] = [];
    const start = async () => {
      const stream = module.get(ExecutionTracker).trackAgent('lost', async function* () {
        signals.push(currentExecution()!.signal);
        yield* endless();
      });
      await stream.next();
    };

    await start();
    await collectGarbageUntil(() => collector.getRunning().length === 0);

    expect(signals[0]!.aborted).toBe(true);
    await module.close();
  });

  it('goes on while its subscriber is there, though the Observable is gone', async () => {
    const { module, collector } = await startApplication();
    const source = new Subject<string>();
    const seen: string[] = [];
    const subscribe = async () => {
      const observable = await module.get(ExecutionTracker).trackAgent('kept', async () => source.asObservable());
      observable.subscribe((value) => seen.push(value));
    };

    await subscribe();
    await collectGarbageUntil(after(5));
    source.next('still here');
    source.complete();

    expect(seen).toEqual(['still here']);
    expect(endings(collector)).toMatchObject([{ status: 'success', chunks: 1 }]);
    await module.close();
  });

  it('goes on while its iterator is there, though the iterable is gone', async () => {
    const { module, collector } = await startApplication();
    const open = async () => {
      const opened = await module.get(ExecutionTracker).trackAgent('kept', async () => iterable());
      return opened[Symbol.asyncIterator]();
    };

    const iterator = await open();
    await iterator.next();
    await collectGarbageUntil(after(5));
    await iterator.return?.();

    expect(endings(collector)).toMatchObject([{ status: 'cancelled', chunks: 1 }]);
    await module.close();
  });
});
