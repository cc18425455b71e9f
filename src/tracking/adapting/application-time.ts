import type { ExecutionHandle } from '../execution-handle';
import { trackingOfHandle, trackingWithoutInstance } from '../linking/application-link';

/**
 * Now, by the clock of the application that counts what begins in `parent`; undefined where none does. For what is counted at
 * its end, with this as its start.
 */
export function applicationTime(parent: ExecutionHandle | undefined): Date | undefined {
  const clock = (trackingOfHandle(parent) ?? trackingWithoutInstance())?.store.clock;
  return clock && new Date(clock.wallTime(clock.now()));
}
