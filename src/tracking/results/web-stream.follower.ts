import type { LiveExecution } from '../live-execution';
import { consumerStopped, replaceMethod } from './result-follower';
import type { ResultFollower } from './result-follower';

type Reader = ReadableStreamDefaultReader<unknown>;

/** A web stream. All ways of reading it lead through `getReader`, or are made to. */
export const webStreamFollower: ResultFollower<ReadableStream<unknown>> = {
  lazy: true,
  inPlace: true,
  matches: (result): result is ReadableStream<unknown> => result instanceof ReadableStream,
  follow(execution, stream) {
    let live: LiveExecution | undefined;
    const begin = () => (live ??= execution.enter());
    replaceMethod(stream, 'getReader', (getReader) => {
      return function (...args) {
        const reader = getReader.apply(this, args) as Reader;
        watchReader(begin, reader);
        return reader;
      };
    });
    replaceMethod(stream, 'cancel', (cancel) => {
      return function (...args) {
        (live ?? execution).cancelled(consumerStopped());
        return cancel.apply(this, args);
      };
    });
    readThroughReader(stream);
    return stream;
  },
};

function watchReader(begin: () => LiveExecution, reader: Reader): void {
  replaceMethod(reader, 'read', (read) => {
    return async function (...args) {
      const live = begin();
      try {
        const step = (await live.run(() => read.apply(this, args))) as Awaited<ReturnType<Reader['read']>>;
        if (step.done) live.succeeded();
        else live.chunk();
        return step;
      } catch (error) {
        live.failed(error);
        throw error;
      }
    };
  });
  replaceMethod(reader, 'cancel', (cancel) => {
    return function (...args) {
      begin().cancelled(consumerStopped());
      return cancel.apply(this, args);
    };
  });
}

/** These read the stream's internal slots, past any method of ours; they get a stream that reads through a reader. */
const INTERNAL_READERS = ['tee', 'pipeTo', 'pipeThrough', 'values', Symbol.asyncIterator] as const;

function readThroughReader(stream: ReadableStream<unknown>): void {
  for (const key of INTERNAL_READERS) {
    // A class that iterates in its own way does it through `getReader`.
    if (stream[key] !== ReadableStream.prototype[key]) continue;
    replaceMethod(stream, key, (original) => {
      return function (...args) {
        return original.apply(relay(stream), args);
      };
    });
  }
}

function relay(stream: ReadableStream<unknown>): ReadableStream<unknown> {
  const reader = stream.getReader();
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
