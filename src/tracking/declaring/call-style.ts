import { types } from 'node:util';
import { Observable, throwError } from 'rxjs';
import type { ExecutionKind } from '../../collection/executions/execution-status';

export type AnyFunction = (this: unknown, ...args: never[]) => unknown;

/**
 * How a function hands on a failure that comes before it runs, and whether calling it runs anything at all. One that is
 * declared `async` also returns a promise that nobody has seen before.
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

/** What a call is counted as. */
interface NamedCall {
  readonly kind: ExecutionKind;
  readonly name: string;
}

/** Names that are remembered: a model may invent them. */
const MAX_NAMES = 4_096;

/**
 * The styles that only a result tells: a plain function may return a promise. Known by name, because a function can be
 * made anew for each request.
 */
export class SeenStyles {
  private readonly promising: Readonly<Record<ExecutionKind, Set<string>>> = {
    agent: new Set(),
    tool: new Set(),
    model: new Set(),
  };

  /** Looks at what a call returned. */
  see({ kind, name }: NamedCall, result: unknown): void {
    const names = this.promising[kind];
    if (names.size < MAX_NAMES && types.isPromise(result)) names.add(name);
  }

  /** The style of a call, by all that is known of it. */
  styleOf({ kind, name }: NamedCall, declared: CallStyle): CallStyle {
    return declared === 'sync' && this.promising[kind].has(name) ? 'promise' : declared;
  }
}
