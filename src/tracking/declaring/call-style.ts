import { types } from 'node:util';
import { Observable, throwError } from 'rxjs';

export type AnyFunction = (this: unknown, ...args: never[]) => unknown;

/**
 * How a function hands on a failure that comes before it runs, and whether calling it runs anything at all. One that is
 * declared `async` also returns a new promise.
 */
export type CallStyle = 'sync' | 'async function' | 'promise' | 'observable' | 'generator';

/** By the function itself, else by the type that TypeScript has written down for it. */
export function callStyleOf(fn: object, returnTypeOf: () => unknown = () => undefined): CallStyle {
  if (types.isGeneratorFunction(fn)) return 'generator';
  if (types.isAsyncFunction(fn)) return 'async function';
  const returnType = returnTypeOf();
  if (returnType === Promise) return 'promise';
  return returnType === Observable ? 'observable' : 'sync';
}

/** Whether its caller waits for a promise. */
export function isPromising(style: CallStyle): boolean {
  return style === 'async function' || style === 'promise';
}

/** Fails a call that must not run, in the way in which its caller expects it. */
export function failCall(style: CallStyle, error: Error): unknown {
  if (isPromising(style)) return Promise.reject(error);
  if (style === 'observable') return throwError(() => error);
  throw error;
}
