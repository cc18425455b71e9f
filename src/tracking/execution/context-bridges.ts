import { processWide } from '../../runtime/process-wide';
import { enteredExecution } from './async-context';
import { isWithin } from './execution-lineage';
import type { LiveExecution } from './live-execution';

interface Bridge {
  /** Finds the execution to which an SDK's own async context belongs, where the caller runs in one. */
  readonly find: () => LiveExecution | undefined;
  /** Called with each model call that begins, in the context of its caller. */
  readonly modelCallBegan: ((call: LiveExecution) => void) | undefined;
}

/** An SDK whose callbacks cannot enter our context has one of its own, in which our executions can be looked up. */
const bridges = processWide('bridges', () => new Map<string, Bridge>());

/** Asked by whatever begins, from now on. An SDK has one, whatever copies of this package there are. */
export function addBridge(sdk: string, bridge: Bridge): void {
  if (!bridges.has(sdk)) bridges.set(sdk, bridge);
}

/** The execution in which the caller runs, by our context or by that of an SDK. */
export function runningExecution(): LiveExecution | undefined {
  return runningFrom(enteredExecution());
}

/**
 * The same for a caller that has looked up our context already: each look-up is two percent of a call's instructions.
 *
 * @param entered the execution in whose context the caller runs
 */
export function runningFrom(entered: LiveExecution | undefined): LiveExecution | undefined {
  let running = entered;
  if (bridges.size > 0) for (const { find } of bridges.values()) running = innermost(running, find());
  return running;
}

export function modelCallBegan(call: LiveExecution): void {
  for (const bridge of bridges.values()) bridge.modelCallBegan?.(call);
}

/** Of two in which the caller runs: the one that runs inside the other. Ours, where neither does. */
export function innermost(
  ours: LiveExecution | undefined,
  theirs: LiveExecution | undefined,
): LiveExecution | undefined {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  return isWithin(theirs, ours) ? theirs : ours;
}
