import { currentExecution } from '../index';

/**
 * Aborts when the caller wants no more, and when the running agent or tool has reached its limit. An execution's own
 * signal knows nothing of those around it, so whoever calls further hands this one on.
 */
export function stopSignal(caller?: AbortSignal): AbortSignal {
  const signals = [caller, currentExecution()?.signal];
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
