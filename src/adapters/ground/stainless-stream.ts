import { replaceMethod } from './replaced-method';
import type { StainlessCall } from './stainless-call';

/** The stream of an SDK that Stainless has generated. Reading it, also by `tee`, opens its iterator. */
export interface StainlessStream {
  iterator: (this: StainlessStream) => AsyncIterator<unknown>;
  readonly controller?: { readonly signal?: AbortSignal };
}

export function isStainlessStream(value: unknown): value is StainlessStream {
  return typeof value === 'object' && value !== null && typeof (value as StainlessStream).iterator === 'function';
}

/** Follows the one iterator that reads the stream to its end. */
export function followStream(stream: StainlessStream, call: StainlessCall): void {
  if (call.isFollowed) return;
  call.isFollowed = true;
  const { iterator: open, controller } = stream;
  let isRead = false;
  call.endWhenDropped(stream);
  stream.iterator = function () {
    const iterator = open.call(this);
    // A second one only says that the stream has been read.
    if (!isRead) call.guard(() => followIterator(iterator, call, controller?.signal));
    isRead = true;
    return iterator;
  };
}

function followIterator(iterator: AsyncIterator<unknown>, call: StainlessCall, signal: AbortSignal | undefined): void {
  call.endWhenDropped(iterator);
  const advance = ({ done, value }: IteratorResult<unknown>): void => {
    if (!done) return call.told(value);
    call.finished(signal);
  };
  for (const step of ['next', 'throw']) {
    replaceMethod(
      iterator,
      step,
      (take) =>
        function (...args) {
          return call.waitFor(
            call.handle.run(() => take.apply(this, args)) as Promise<IteratorResult<unknown>>,
            advance,
          );
        },
    );
  }
  replaceMethod(
    iterator,
    'return',
    (stop) =>
      function (...args) {
        call.left();
        return stop.apply(this, args);
      },
  );
}
