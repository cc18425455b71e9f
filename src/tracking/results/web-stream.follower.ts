import type { ReadableWritablePair, StreamPipeOptions } from 'node:stream/web';
import type { LazyFollower } from './result-follower';
import { Use } from './use';
import { watchThrough, type Door, type Doors } from './watch';

type Reader = ReadableStreamDefaultReader<unknown>;

/** A web stream. All ways of reading it lead through `getReader`, or are made to. */
export const webStreamFollower: LazyFollower<ReadableStream<unknown>> = {
  awaitable: false,
  lazy: true,
  matches: (result): result is ReadableStream<unknown> => result instanceof ReadableStream,
  watch(execution, source) {
    const stream = source as ReadableStream<unknown>;
    const use = new Use([execution]);
    const doors: Doors = {
      getReader(ask, args) {
        const reader = ask(...args) as Reader;
        if (!use.over) watchReader(use, stream, reader);
        return reader;
      },
      cancel(ask, args) {
        // A stream that is being read refuses.
        if (!stream.locked) use.consumerStopped();
        return ask(...args);
      },
      ...doorsPastReaders(stream),
    };
    return watchThrough(stream, use, doors) ? use : undefined;
  },
};

function watchReader(use: Use, stream: ReadableStream<unknown>, reader: Reader): void {
  const reading = new Reading(use, stream, reader);
  const releaseLock: Door = (ask, args) => {
    reading.isReleased = true;
    return ask(...args);
  };
  const cancel: Door = (ask, args) => {
    if (!reading.isReleased) use.begin(stream).consumerStopped();
    return ask(...args);
  };
  watchThrough(reader, use, { read: (ask, args) => reading.read(() => ask(...args)), releaseLock, cancel });
}

/** What one reader reads. */
class Reading {
  isReleased = false;
  private isStoppedAtLimit = false;
  /** Chunks that are asked for. */
  private pending = 0;
  private end: (() => void) | undefined = undefined;

  constructor(
    private readonly use: Use,
    private readonly stream: ReadableStream<unknown>,
    private readonly reader: Reader,
  ) {
    // Tells of the end, and of a failure, before the next chunk is asked for.
    reader.closed.then(
      () => this.endsWith(() => use.begun && use.succeeded()),
      (error: unknown) => this.endsWith(() => use.begin(stream).failed(error)),
    );
  }

  async read(ask: () => unknown): Promise<unknown> {
    const { use } = this;
    use.begin(this.stream, true);
    if (use.admission !== undefined)
      await use.admission.catch((refusal: Error) => {
        throw use.stop(refusal);
      });
    if (use.stoppedBy !== undefined) throw use.stop(use.stoppedBy);
    if (!this.isStoppedAtLimit) stopAtLimit(use, this.reader);
    this.isStoppedAtLimit = true;
    this.pending += 1;
    try {
      const step = await use.race(use.run(ask) as ReturnType<Reader['read']>);
      if (step.done) use.succeeded();
      else use.chunk(step.value);
      return step;
    } catch (error) {
      // A reader that gives the stream back while it waits fails, and the stream goes on.
      if (!this.isReleased) use.failed(error);
      throw error;
    } finally {
      this.pending -= 1;
      if (this.pending === 0) this.end?.();
    }
  }

  /** Chunks that have been read come first. */
  private endsWith(end: () => void): void {
    if (this.isReleased) return;
    if (this.pending === 0) end();
    else this.end = end;
  }
}

/** At the limit the source is told to stop, and not waited for. */
function stopAtLimit(use: Use, reader: Reader): void {
  if (!use.isLimited) return;
  const source = new WeakRef(reader);
  use.onStop(
    (error) =>
      void source
        .deref()
        ?.cancel(error)
        .catch(() => {}),
  );
}

const native = ReadableStream.prototype;
const nativeIterator = Object.getPrototypeOf(native.values.call(new ReadableStream())) as object;

/** These read the stream's internal slots, past any method of ours; here they read through a reader. */
function doorsPastReaders(stream: ReadableStream<unknown>): Doors {
  const values = (options?: ReadableStreamIteratorOptions | null) => {
    // Refuses options as the platform does.
    native.values.call(new ReadableStream(), options as ReadableStreamIteratorOptions | undefined);
    return iterate(stream.getReader(), options ?? {});
  };
  const readers: Record<string | symbol, (...args: never[]) => unknown> = {
    tee: () => native.tee.call(relay(stream)),
    pipeTo: (target: WritableStream, options?: StreamPipeOptions) => pipe(stream, target, options),
    pipeThrough(pair: ReadableWritablePair, options?: StreamPipeOptions) {
      if (stream.locked || pair.writable.locked) return native.pipeThrough.call(stream, pair, options);
      const scratch = new ReadableStream({ start: (controller) => controller.close() });
      native.pipeThrough.call(scratch, { readable: pair.readable, writable: new WritableStream() }, options);
      // As natively: the reader of the other end learns of it there.
      pipe(stream, pair.writable, options).catch(() => {});
      return pair.readable;
    },
    values,
    [Symbol.asyncIterator]: values,
  };
  const doors: Record<string | symbol, Door> = {};
  for (const key of Reflect.ownKeys(readers)) {
    // A class that reads in its own way does it through `getReader`.
    if (Reflect.get(stream, key) !== Reflect.get(native, key)) continue;
    doors[key] = (_ask, args) => readers[key]!(...(args as never[]));
  }
  return doors;
}

/** Gives the stream back at the end, as `pipeTo` does: with `preventCancel` it can be read on. */
async function pipe(stream: ReadableStream, target: WritableStream, options?: StreamPipeOptions): Promise<void> {
  const reader = stream.getReader();
  try {
    await native.pipeTo.call(relayReader(reader), target, options);
  } finally {
    reader.releaseLock();
  }
}

interface ReadableStreamIteratorOptions {
  readonly preventCancel?: boolean;
}

function iterate(reader: Reader, { preventCancel }: ReadableStreamIteratorOptions): AsyncIterableIterator<unknown> {
  let finished = false;
  let ongoing: Promise<unknown> = Promise.resolve();
  const enqueue = <Result>(task: () => Promise<Result>) => {
    const result = ongoing.then(task, task);
    ongoing = result;
    return result;
  };
  const finish = () => {
    finished = true;
    reader.releaseLock();
  };
  const step = async (): Promise<IteratorResult<unknown>> => {
    if (finished) return { done: true, value: undefined };
    const { done, value } = await reader.read().catch((error: unknown) => {
      finish();
      throw error;
    });
    if (done) finish();
    return { done, value };
  };
  const stop = async (value: unknown): Promise<IteratorResult<unknown>> => {
    if (!finished) {
      const cancelled = preventCancel ? undefined : reader.cancel(value);
      finish();
      await cancelled;
    }
    return { done: true, value };
  };
  const iterator = Object.create(nativeIterator) as AsyncIterableIterator<unknown>;
  return Object.assign(iterator, {
    next: () => enqueue(step),
    return: (value?: unknown) => enqueue(() => stop(value)),
  });
}

/** Of the same kind, since a branch of a byte stream is one too. */
function relay(stream: ReadableStream): ReadableStream {
  const bytes = isByteStream(stream);
  return relayReader(stream.getReader(), bytes);
}

function isByteStream(stream: ReadableStream): boolean {
  try {
    native.getReader.call(stream, { mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

function relayReader(reader: Reader, bytes = false): ReadableStream {
  const source = {
    async pull(controller: ReadableStreamDefaultController | ReadableByteStreamController) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value as ArrayBufferView);
      controller.close();
      if ('byobRequest' in controller) controller.byobRequest?.respond(0);
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  };
  return bytes
    ? new ReadableStream({ ...source, type: 'bytes' })
    : new ReadableStream<unknown>(source, { highWaterMark: 0 });
}
