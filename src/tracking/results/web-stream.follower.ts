import type { ReadableWritablePair, StreamPipeOptions } from 'node:stream/web';
import { runInside } from '../execution/async-context';
import type { LiveExecution } from '../execution/live-execution';
import { beginUse, isFollowed, replaceMethod, type AnyMethod, type ResultFollower } from './result-follower';

type Reader = ReadableStreamDefaultReader<unknown>;

/** A web stream. All ways of reading it lead through `getReader`, or are made to. */
export const webStreamFollower: ResultFollower<ReadableStream<unknown>> = {
  awaitable: false,
  lazy: true,
  inPlace: true,
  matches: (result): result is ReadableStream<unknown> => result instanceof ReadableStream,
  follow(execution, stream) {
    if (isFollowed(execution, stream)) execution.succeeded();
    else watchStream(execution, stream);
    return stream;
  },
};

function watchStream(execution: LiveExecution, stream: ReadableStream<unknown>): void {
  let use: LiveExecution | undefined;
  const begin = () => (use ??= beginUse(execution, stream));
  replaceMethod(stream, 'getReader', (getReader) => {
    return function (...args) {
      const reader = getReader.apply(this, args) as Reader;
      watchReader(begin, reader);
      return reader;
    };
  });
  replaceMethod(stream, 'cancel', (cancel) => {
    return function (...args) {
      // A stream that is being read refuses.
      if (!stream.locked) (use ??= execution).consumerStopped();
      return cancel.apply(this, args);
    };
  });
  readThroughReader(stream);
}

function watchReader(begin: () => LiveExecution, reader: Reader): void {
  let released = false;
  let isStoppedAtLimit = false;
  replaceMethod(reader, 'read', (read) => {
    return async function (...args) {
      const use = begin();
      if (use.expired !== undefined) throw use.expired;
      if (!isStoppedAtLimit) stopAtLimit(use, reader);
      isStoppedAtLimit = true;
      try {
        const step = await use.race(runInside(use, () => read.apply(this, args)) as ReturnType<Reader['read']>);
        if (step.done) use.succeeded();
        else use.chunk(step.value);
        return step;
      } catch (error) {
        // A reader that gives the stream back while it waits fails, and the stream goes on.
        if (!released) use.failed(error);
        throw error;
      }
    };
  });
  replaceMethod(reader, 'releaseLock', (releaseLock) => {
    return function (...args) {
      released = true;
      return releaseLock.apply(this, args);
    };
  });
  replaceMethod(reader, 'cancel', (cancel) => {
    return function (...args) {
      if (!released) begin().consumerStopped();
      return cancel.apply(this, args);
    };
  });
}

/** At the limit the source is told to stop, and not waited for. */
function stopAtLimit(use: LiveExecution, reader: Reader): void {
  if (!use.isLimited) return;
  const source = new WeakRef(reader);
  use.onExpire(
    (error) =>
      void source
        .deref()
        ?.cancel(error)
        .catch(() => {}),
  );
}

const native = ReadableStream.prototype;

/** These read the stream's internal slots, past any method of ours; here they read through a reader. */
function readThroughReader(stream: ReadableStream<unknown>): void {
  const values = (options?: ReadableStreamIteratorOptions) => iterate(stream.getReader(), options);
  const readers: Record<string | symbol, (...args: never[]) => unknown> = {
    tee: () => native.tee.call(relay(stream)),
    pipeTo: (target: WritableStream, options?: StreamPipeOptions) => pipe(stream, target, options),
    pipeThrough(pair: ReadableWritablePair, options?: StreamPipeOptions) {
      if (stream.locked || pair.writable.locked) return native.pipeThrough.call(stream, pair, options);
      // As natively: whoever reads the other end learns of it there.
      pipe(stream, pair.writable, options).catch(() => {});
      return pair.readable;
    },
    values,
    [Symbol.asyncIterator]: values,
  };
  for (const key of Reflect.ownKeys(readers)) {
    // A class that reads in its own way does it through `getReader`.
    if (Reflect.get(stream, key) !== Reflect.get(native, key)) continue;
    replaceMethod(stream, key, () => readers[key] as AnyMethod);
  }
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

function iterate(
  reader: Reader,
  { preventCancel }: ReadableStreamIteratorOptions = {},
): AsyncIterableIterator<unknown> {
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
      const cancelled = preventCancel === true ? undefined : reader.cancel(value);
      finish();
      await cancelled;
    }
    return { done: true, value };
  };
  return {
    next: () => enqueue(step),
    return: (value) => enqueue(() => stop(value)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
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
