import { trackingWithoutInstance } from '../linking/application-link';

/**
 * Runs a step of an adapter, of which the SDK must not notice anything. A fault is logged once by the application that counts
 * the call, and the answer is undefined then.
 */
export function guarded<Result>(where: string, step: () => Result): Result | undefined {
  try {
    return step();
  } catch (fault) {
    trackingWithoutInstance()?.faults.report(where, fault);
    return undefined;
  }
}
