import { Readable } from 'node:stream';
import fc from 'fast-check';
import { Observable } from 'rxjs';
import { ExecutionTracker } from '../../src';
import { startApplication } from '../support/live-application';

const KINDS = [
  'promise',
  'thenable',
  'generator',
  'async generator',
  'iterable',
  'Observable',
  'Readable',
  'web',
] as const;

/** A result: what it delivers, and whether it fails then; what its consumer does: how many chunks it takes. */
interface Play {
  readonly kind: (typeof KINDS)[number];
  readonly chunks: readonly number[];
  readonly fails: boolean;
  readonly isAwaited: boolean;
  readonly takes: number;
}

const plays: fc.Arbitrary<Play> = fc.record({
  kind: fc.constantFrom(...KINDS),
  chunks: fc.array(fc.integer(), { maxLength: 4 }),
  fails: fc.boolean(),
  isAwaited: fc.boolean(),
  takes: fc.integer({ min: 1, max: 6 }),
});

const failure = new TypeError('broken');
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What the source sees of its consumer stands in `log`, too. */
function createResult({ kind, chunks, fails }: Play, log: unknown[]): unknown {
  function* deliver() {
    try {
      log.push('source begins');
      // Not `yield*`: the iterator of an array cannot be thrown into.
      for (const chunk of chunks) yield chunk;
      if (fails) throw failure;
    } finally {
      log.push('source ends');
    }
  }
  async function* deliverSlowly() {
    yield* deliver();
  }
  const settle = async () => (log.push('source runs'), fails ? Promise.reject(failure) : chunks);
  switch (kind) {
    case 'promise':
      return settle();
    case 'thenable':
      return { then: (...callbacks: []) => settle().then(...callbacks) };
    case 'generator':
      return deliver();
    case 'async generator':
      return deliverSlowly();
    case 'iterable':
      return { [Symbol.asyncIterator]: deliverSlowly };
    case 'Observable':
      return new Observable((subscriber) => {
        for (const chunk of chunks) if (!subscriber.closed) subscriber.next(chunk);
        log.push(['source', subscriber.closed]);
        if (fails) subscriber.error(failure);
        else subscriber.complete();
        return () => log.push('source ends');
      });
    case 'Readable':
      return Readable.from(deliverSlowly());
    case 'web':
      return ReadableStream.from(deliverSlowly());
  }
}

async function consume(result: unknown, takes: number, log: unknown[]): Promise<void> {
  let taken = 0;
  const take = (chunk: unknown) => (log.push(chunk), (taken += 1) >= takes);
  if (result instanceof Observable) {
    const subscription = result.subscribe({
      next: (chunk) => take(chunk) && queueMicrotask(() => subscription.unsubscribe()),
      error: (error) => log.push(error),
      complete: () => log.push('complete'),
    });
  } else if (Symbol.asyncIterator in (result as object)) {
    for await (const chunk of result as AsyncIterable<unknown>) if (take(chunk)) break;
  } else {
    for (const chunk of result as Iterable<unknown>) if (take(chunk)) break;
  }
}

async function use(play: Play, call: (body: () => unknown) => unknown): Promise<unknown[]> {
  const log: unknown[] = [];
  const body = () => createResult(play, log);
  try {
    const result = call(play.isAwaited ? async () => body() : body);
    const isSettling = play.isAwaited || play.kind === 'promise' || play.kind === 'thenable';
    const value = isSettling ? await result : result;
    if (play.kind === 'promise' || play.kind === 'thenable') log.push(value);
    else await consume(value, play.takes, log);
  } catch (error) {
    log.push(error);
  }
  // A Readable closes some turns after its consumer has left.
  for (let turns = 0; turns < 10; turns += 1) await turn();
  return log;
}

/** How the execution may end, told from the play alone. A Readable reads ahead, and may fail before its consumer leaves. */
function outcomesOf({ kind, chunks, fails, takes }: Play): string[] {
  const isWhole = kind === 'promise' || kind === 'thenable' || kind === 'Observable' || takes > chunks.length;
  if (isWhole) return [fails ? 'error' : 'success'];
  return kind === 'Readable' && fails ? ['cancelled', 'error'] : ['cancelled'];
}

it('The same use of the same result sees the same, tracked or not, and counts once', async () => {
  const { module, collector } = await startApplication();
  const tracker = module.get(ExecutionTracker);
  await fc.assert(
    fc.asyncProperty(plays, async (play) => {
      collector.reset();
      const untracked = await use(play, (body) => body());
      const tracked = await use(play, (body) => tracker.trackTool('tool', body));

      expect(tracked).toEqual(untracked);
      expect(tracked.filter((seen) => seen === failure)).toEqual(untracked.filter((seen) => seen === failure));
      const ended = collector.getHistory();
      expect(ended).toHaveLength(1);
      expect(outcomesOf(play)).toContain(ended[0]!.status);
      expect(collector.getRunning()).toEqual([]);
    }),
    { numRuns: 300 },
  );
  await module.close();
});
