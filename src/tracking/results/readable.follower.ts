import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { runInContext, runInside, runningExecution } from '../execution/async-context';
import type { LiveExecution } from '../execution/live-execution';
import { beginUse, isFollowed, replaceMethod, type ResultFollower } from './result-follower';

/**
 * A Node stream. Its events are seen as it emits them, without a listener: a `data` listener would make it flow, and an
 * `error` listener would swallow a crash.
 */
export const readableFollower: ResultFollower<Readable> = {
  awaitable: false,
  lazy: true,
  inPlace: true,
  matches: (result): result is Readable => result instanceof Readable,
  follow(execution, stream) {
    watchReadable(execution, stream);
    return stream;
  },
};

export const streamableFileFollower: ResultFollower<StreamableFile> = {
  awaitable: false,
  lazy: true,
  inPlace: false,
  matches: (result): result is StreamableFile => result instanceof StreamableFile,
  follow(execution, file) {
    watchReadable(execution, file.getStream());
    return file;
  },
};

function watchReadable(execution: LiveExecution, stream: Readable): void {
  if (isFollowed(execution, stream)) return execution.succeeded();
  let use: LiveExecution | undefined;
  let reader: LiveExecution | undefined;
  const begin = () => {
    if (use === undefined) destroyAtLimit((use = beginUse(execution, stream)), stream);
    return use;
  };
  replaceMethod(stream, 'read', (read) => {
    return function (...args) {
      if (use === undefined && args[0] === 0 && !isRead(stream)) return read.apply(this, args);
      const caller = runningExecution();
      if (caller === undefined || caller !== use) reader = caller;
      return runInside(begin(), () => read.apply(this, args));
    };
  });
  replaceMethod(stream, 'emit', (emit) => {
    return function (event, ...args) {
      if (event === 'data') begin().chunk(args[0]);
      else if (event === 'end') begin().succeeded();
      else if (event === 'error') begin().failed(args[0]);
      else if (event === 'close') (use ??= execution).consumerStopped();
      const deliver = () => emit.call(this, event, ...args);
      // Listeners are the reader's; what the stream does inside the execution must not make them a part of it.
      return use !== undefined && runningExecution() === use ? runInContext(reader, deliver) : deliver();
    };
  });
}

/** An error that nobody listens for would end the process: then the stream just ends, and the log says why. */
function destroyAtLimit(use: LiveExecution, stream: Readable): void {
  if (!use.isLimited) return;
  const source = new WeakRef(stream);
  use.onExpire((error) => {
    const expired = source.deref();
    if (expired === undefined || expired.destroyed) return;
    if (expired.listenerCount('error') > 0) return void expired.destroy(error);
    expired.destroy();
    use.host.faults.warnOnce('destroyed', `${error.message} Its stream was destroyed. Further ones are not logged.`);
  });
}

/** Whether somebody wants the data: a stream that is written to fills itself with `read(0)` before anybody does. */
function isRead(stream: Readable): boolean {
  return stream.readableFlowing === true || stream.listenerCount('readable') > 0;
}
