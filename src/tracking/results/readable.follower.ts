import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { runInContext, enteredExecution } from '../execution/async-context';
import type { LiveExecution } from '../execution/live-execution';
import { isPrematureClose } from '../outcomes/premature-close';
import type { LazyFollower } from './result-follower';
import { Use } from './use';
import { watchThrough, type Doors } from './watch';

/**
 * A Node stream. Its events are seen as it emits them, without a listener: a `data` listener would make it flow, and an
 * `error` listener would swallow a crash.
 */
export const readableFollower: LazyFollower<Readable> = {
  awaitable: false,
  lazy: true,
  matches: (result): result is Readable => result instanceof Readable || isReadableByShape(result),
  watch: (execution, stream) => watchReadable(execution, stream as Readable),
};

export const streamableFileFollower: LazyFollower<StreamableFile> = {
  awaitable: false,
  lazy: true,
  matches: (result): result is StreamableFile => result instanceof StreamableFile,
  source: (file) => file.getStream(),
  watch: (execution, stream) => watchReadable(execution, stream as Readable),
};

function watchReadable(execution: LiveExecution, stream: Readable): Use | undefined {
  const use = new Use([execution]);
  const readers = new Readers();
  const begin = () => {
    if (!use.begun) destroyAtLimit(use.begin(stream), stream);
    return use;
  };
  const doors: Doors = {
    read(ask, args) {
      if (use.over || (!use.begun && args[0] === 0 && !isRead(stream))) return ask(...args);
      begin();
      readers.read(use);
      return use.run(() => ask(...args));
    },
    emit(ask, args) {
      const deliver = () => ask(...args);
      const isInside = readers.isInside();
      countEvent(begin, use, args);
      return isInside ? readers.deliver(deliver, args[0] === 'close') : deliver();
    },
  };
  // Streams of another make may read themselves past `read` where they are piped.
  const pipe: Doors = { pipe: (ask, args) => (begin(), ask(...args)) };
  const isNode = stream instanceof Readable;
  return watchThrough(stream, use, isNode ? doors : { ...doors, ...pipe }) ? use : undefined;
}

/** Of `readable-stream`, `streamx` and those who build on them. */
function isReadableByShape(result: object): boolean {
  return ['read', 'pipe', 'on', 'emit'].every((key) => typeof Reflect.get(result, key) === 'function');
}

function countEvent(begin: () => Use, use: Use, [event, value]: unknown[]): void {
  if (event === 'data') begin().chunk(value);
  else if (event === 'end') begin().succeeded();
  else if (event === 'error' && isPrematureClose(value)) use.consumerStopped();
  else if (event === 'error') begin().failed(value);
  else if (event === 'close') use.consumerStopped();
}

/** Listeners are the reader's; what the stream does inside the execution must not make them a part of it. */
class Readers {
  private inside: LiveExecution | undefined = undefined;
  private reader: LiveExecution | undefined = undefined;

  read({ execution }: Use): void {
    const caller = enteredExecution();
    if (caller === undefined || caller !== execution) this.reader = caller;
    this.inside = execution;
  }

  isInside(): boolean {
    return this.inside !== undefined && enteredExecution() === this.inside;
  }

  deliver(send: () => unknown, isLast: boolean): unknown {
    const { reader } = this;
    if (isLast) this.inside = this.reader = undefined;
    return runInContext(reader, send);
  }
}

/** An error without a listener would end the process: then the stream just ends, and the log says why. */
function destroyAtLimit(use: Use, stream: Readable): void {
  if (!use.isLimited) return;
  const source = new WeakRef(stream);
  const { faults } = use.execution!.host;
  use.onStop((error) => {
    const expired = source.deref();
    if (expired === undefined || expired.destroyed) return;
    if (expired.listenerCount('error') > 0) return void expired.destroy(error);
    expired.destroy();
    faults.warnOnce('destroyed', `${error.message} Its stream was destroyed. Further ones are not logged.`);
  });
}

/** Whether the data is wanted: a stream that is written to fills itself with `read(0)` before that. */
function isRead(stream: Readable): boolean {
  const flowing = stream.readableFlowing as boolean | null | undefined;
  return flowing === true || flowing === undefined || stream.listenerCount('readable') > 0;
}
