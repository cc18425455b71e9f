import type { Outcome } from '../../collection/executions/finished-execution';
import type { ExecutionHandle } from '../execution-handle';
import type { LiveExecution } from '../execution/live-execution';
import { executionOf } from '../execution/tracked-handle';
import { trackingOfHandle, trackingWithoutInstance } from '../linking/application-link';

/*
 * What an adapter asks of a call that an SDK makes, beyond the public methods of a handle.
 */

/** Whether any application counts it. A call that is not counted need not be watched. */
export function isTracked(call: ExecutionHandle): boolean {
  return executionOf(call) !== undefined;
}

/** Whether any application counts what begins here. */
export function isAnyCounting(): boolean {
  return trackingWithoutInstance() !== undefined;
}

/** Whether it has yet to end. A call that is not counted is never open. */
export function isOpen(call: ExecutionHandle): boolean {
  return executionOf(call)?.ended === false;
}

/** How it ended; undefined as long as it runs. */
export function outcomeOf(call: ExecutionHandle): Outcome | undefined {
  return executionOf(call)?.outcome;
}

/** Whether what joined it last has failed. It then ends as that did, unless told otherwise. */
export function hasFailedInside(call: ExecutionHandle): boolean {
  return executionOf(call)?.hasFailedPart ?? false;
}

/**
 * Asked right before a call is made that the adapter can keep from being made. Undefined where it may be made at once; else
 * a promise that rejects with what its caller gets in its place. The call is not counted as made then, and its end is seen to.
 */
export function mayBegin(call: ExecutionHandle): Promise<void> | undefined {
  const execution = executionOf(call);
  if (execution === undefined) return undefined;
  const { admission, refusal } = execution.context;
  if (refusal !== undefined) return rejectRefused(execution, refusal);
  return admission?.catch((late: Error) => rejectRefused(execution, late));
}

function rejectRefused(execution: LiveExecution, refusal: Error): Promise<never> {
  // A part of a call that waited for its admission hears of it here.
  execution.decide(refusal);
  if (!execution.ended) execution.host.dropped(execution);
  return Promise.reject(refusal);
}

/** Whether a deadline may end it, of its own or of the call that it is a part of. */
export function mayExpire(call: ExecutionHandle): boolean {
  const execution = executionOf(call);
  return execution === undefined || execution.isLimited || (execution.joined?.whole?.isLimited ?? false);
}

/** The result is no longer wanted: aborts the signal of a call that has not ended. */
export function abandon(call: ExecutionHandle, reason: unknown): void {
  executionOf(call)?.abandon(reason);
}

/**
 * Keeps it from ending as idle while it waits for something that is sure to come, such as the answer to a request that has a
 * timeout of its own.
 *
 * @returns ends the wait; call it once
 */
export function keepAlive(call: ExecutionHandle): () => void {
  const execution = executionOf(call);
  const idleEnds = [execution?.idleEnd, execution?.joined?.whole?.idleEnd];
  for (const idleEnd of idleEnds) idleEnd?.enter();
  return () => {
    for (const idleEnd of idleEnds) idleEnd?.leave(undefined);
  };
}

/**
 * Now, by the clock of the application that counts what begins in `parent`; undefined where none does. For what is counted at
 * its end, with this as its start.
 */
export function applicationTime(parent: ExecutionHandle | undefined): Date | undefined {
  const clock = (trackingOfHandle(parent) ?? trackingWithoutInstance())?.store.clock;
  return clock && new Date(clock.wallTime(clock.now()));
}
