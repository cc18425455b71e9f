import { AsyncLocalStorage } from 'node:async_hooks';
import { keepShapes } from '../../runtime/kept-shapes';
import { processWide } from '../../runtime/process-wide';
import type { AnyFunction } from '../declaring/call-style';
import type { LiveExecution } from './live-execution';

/** Made by the first execution that needs it: it costs every `await` of the process a little. */
const shared = processWide('context', () => ({
  context: undefined as AsyncLocalStorage<LiveExecution | undefined> | undefined,
}));

/** The execution in whose async context the caller runs. */
export function runningExecution(): LiveExecution | undefined {
  return shared.context?.getStore();
}

/**
 * Runs `fn` as a part of the execution: whatever it calls or awaits belongs to it. `fn` runs in any case: a fault of the
 * context's own is reported, one of `fn` stays one of `fn`.
 */
export function runInContext<Result>(execution: LiveExecution | undefined, fn: () => Result): Result {
  return applyInContext(execution, fn, undefined, []) as Result;
}

/** The same as far as the execution's application uses the context. */
export function runInside<Result>(execution: LiveExecution, fn: () => Result): Result {
  return execution.host.options.asyncContext ? runInContext(execution, fn) : fn();
}

/** The same for any function, without a closure around it: tracked calls come by the hundred thousand. */
export function applyInContext(
  execution: LiveExecution | undefined,
  fn: AnyFunction,
  self: unknown,
  args: readonly unknown[],
): unknown {
  // Nothing to leave: we are outside any context.
  if (execution === undefined && runningExecution() === undefined) return Reflect.apply(fn, self, args);
  const before = entries;
  try {
    return (shared.context ?? openContext()).run(execution, callCounted, fn, self, args);
  } catch (error) {
    if (entries > before) throw error;
    execution?.host.faults.report('context', error);
    return Reflect.apply(fn, self, args);
  }
}

/** What stands for an execution where there is none. */
const NOBODY = {} as LiveExecution;

/** With it, Node puts marks on promises. Two that have them are kept, so that it keeps its code for those as we do ours. */
function openContext(): AsyncLocalStorage<LiveExecution | undefined> {
  const context = new AsyncLocalStorage<LiveExecution | undefined>();
  context.run(NOBODY, () => {
    const promise = Promise.resolve();
    keepShapes(
      promise,
      promise.then(() => {}),
    );
  });
  return (shared.context = context);
}

/** How often a context was entered: tells a fault of the function from one of the context. */
let entries = 0;

function callCounted(fn: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
  entries += 1;
  return Reflect.apply(fn, self, args);
}
