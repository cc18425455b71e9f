import { replaceMethod } from './replaced-method';
import type { StainlessCall } from './stainless-call';
import { followStream, isStainlessStream } from './stainless-stream';

type Transform = (data: unknown, props: unknown) => unknown;

/** What a request promises in an SDK that Stainless has generated. It parses the response when that is asked for. */
interface StainlessPromise {
  responsePromise: Promise<unknown>;
  readonly parseResponse: unknown;
  readonly _thenUnwrap: unknown;
}

/** What a method of a client has returned, followed to its end. */
export function followResult(result: unknown, call: StainlessCall): void {
  if (isStainlessPromise(result)) {
    // Handed on and not only listened to: an unhandled failure remains one.
    result.responsePromise = call.waitFor(result.responsePromise);
    followParsing(result, call);
  } else if (result instanceof Promise) {
    // A client that stands in for the real one, as in tests.
    result.then(
      (answer: unknown) => call.guard(() => receive(answer, call)),
      (error: unknown) => call.failed(error),
    );
  } else {
    receive(result, call);
  }
}

function isStainlessPromise(result: unknown): result is StainlessPromise {
  const { responsePromise, parseResponse, _thenUnwrap } = (result ?? {}) as Partial<StainlessPromise>;
  return responsePromise instanceof Promise && typeof parseResponse === 'function' && typeof _thenUnwrap === 'function';
}

function receive(answer: unknown, call: StainlessCall): void {
  if (isStainlessStream(answer)) followStream(answer, call);
  else call.answered(answer);
}

/**
 * The promise stays what it is, since helpers of the SDK look at its class. What it parses passes us, as does what a promise
 * made of it parses: of the supported versions some parse through the first promise and some beside it.
 */
function followParsing(promise: StainlessPromise, call: StainlessCall): void {
  replaceMethod(promise, 'parseResponse', (parse) => (...args) => {
    call.isParsed = true;
    return call.waitFor(parse.apply(promise, args) as Promise<unknown>, (answer) => receive(answer, call));
  });
  replaceMethod(promise, '_thenUnwrap', (unwrap) => (transform) => {
    const seen: Transform = (answer, props) => {
      call.guard(() => receive(answer, call));
      return (transform as Transform)(answer, props);
    };
    const derived = unwrap.call(promise, seen) as StainlessPromise;
    derived.responsePromise = promise.responsePromise;
    followParsing(derived, call);
    return derived;
  });
  replaceMethod(promise, 'asResponse', (ask) => async () => {
    const response = await ask.call(promise);
    call.handedOver();
    return response;
  });
  // For helpers of newer versions, which read a stream beside the promise, and anything else through it.
  replaceMethod(promise, '_responseProps', (ask) => async () => {
    const props = (await ask.call(promise)) as { readonly options?: { readonly stream?: unknown } };
    if (props.options?.stream) call.handedOver();
    return props;
  });
}
