import { AsyncLocalStorage } from 'node:async_hooks';
import { keepShapes } from '../../runtime/kept-shapes';
import { processWide } from '../../runtime/process-wide';
import type { LiveExecution } from './live-execution';

/** Made by the first execution that needs it: it costs every `await` of the process a little. */
const shared = processWide('context', () => ({
  context: undefined as AsyncLocalStorage<LiveExecution | undefined> | undefined,
}));

/** The execution in whose async context of ours the caller runs. */
export function enteredExecution(): LiveExecution | undefined {
  return shared.context?.getStore();
}

/**
 * Runs `fn` as a part of the execution: whatever it calls or awaits belongs to it. `fn` runs in any case: a fault of the
 * context's own is reported, one of `fn` stays one of `fn`.
 */
export function runInContext<Result>(execution: LiveExecution | undefined, fn: () => Result): Result {
  const outer = enteredExecution();
  const isInside = enterContext(execution, outer);
  try {
    return fn();
  } finally {
    if (isInside) leaveContext(outer);
  }
}

/** The same as far as the execution's application uses the context. */
export function runInside<Result>(execution: LiveExecution, fn: () => Result): Result {
  return execution.host.options.asyncContext ? runInContext(execution, fn) : fn();
}

/**
 * Enters the context of an execution, until `leaveContext`. Not by `run`, which takes as much of the stack as everything
 * else of ours: recursion goes as deep as it can without us, or nearly so.
 *
 * @param outer the execution in whose context the caller runs
 * @returns whether there is a context to leave
 */
export function enterContext(execution: LiveExecution | undefined, outer: LiveExecution | undefined): boolean {
  const inner = execution?.context;
  if (outer === inner) return false;
  try {
    (shared.context ?? openContext()).enterWith(inner);
    return true;
  } catch (error) {
    execution?.host.faults.report('context', error);
    return false;
  }
}

/** Goes back to where it was entered from. */
export function leaveContext(outer: LiveExecution | undefined): void {
  shared.context!.enterWith(outer);
}

/** Switches it off: it costs nothing until the next execution begins. */
export function closeContext(): void {
  shared.context?.disable();
}

/** A placeholder for an execution. */
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
