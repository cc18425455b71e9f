import { StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import type { LiveExecution } from '../live-execution';
import { consumerStopped, replaceMethod } from './result-follower';
import type { ResultFollower } from './result-follower';

/**
 * A Node stream. Its events are seen as it emits them, without a listener: a `data` listener would make it flow, and an
 * `error` listener would swallow a crash.
 */
export const readableFollower: ResultFollower<Readable> = {
  lazy: true,
  inPlace: true,
  matches: (result): result is Readable => result instanceof Readable,
  follow(execution, stream) {
    watchReadable(execution, stream);
    return stream;
  },
};

export const streamableFileFollower: ResultFollower<StreamableFile> = {
  lazy: true,
  inPlace: false,
  matches: (result): result is StreamableFile => result instanceof StreamableFile,
  follow(execution, file) {
    watchReadable(execution, file.getStream());
    return file;
  },
};

function watchReadable(execution: LiveExecution, stream: Readable): void {
  let live: LiveExecution | undefined;
  const begin = () => (live ??= execution.enter());
  replaceMethod(stream, 'read', (read) => {
    return function (...args) {
      return begin().run(() => read.apply(this, args));
    };
  });
  replaceMethod(stream, 'emit', (emit) => {
    return function (event, ...args) {
      if (event === 'data') begin().chunk();
      else if (event === 'end') begin().succeeded();
      else if (event === 'error') begin().failed(args[0]);
      else if (event === 'close') (live ?? execution).cancelled(consumerStopped());
      return emit.call(this, event, ...args);
    };
  });
}
