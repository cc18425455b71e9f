import { LiveExecution } from './live-execution';
import { HashedCall } from './hashed-call';

/**
 * Makes another execution of the same call; none once its application has closed.
 *
 * @param around of the same use, where a call around this one has handed the result on
 */
export type FurtherExecutions = (around: LiveExecution | undefined) => LiveExecution | undefined;

/**
 * For results that are used again and again. Further executions begin where the first did: in the parent's own call, or in the
 * further use of it that is running, or begins together with this one. What is kept of the first keeps no application alive.
 */
export function furtherExecutionsOf(first: LiveExecution): FurtherExecutions {
  const { spec, name, callSerial, hashed, parentCallSerial, origin, breakdownValue } = first;
  const host = new WeakRef(first.host);
  const parent = first.parent && new WeakRef(first.parent);
  const result = first.model?.result;
  const request = first.collected && new WeakRef(first.collected);
  return (around) => {
    const application = host.deref();
    if (application === undefined || application.closed) return undefined;
    const serial = (application.store.lastSerial += 1);
    const further = [around, application.ownRunning()].find((other) => other?.callSerial === parentCallSerial);
    const execution =
      further !== undefined
        ? new LiveExecution(application, spec, name, serial, further)
        : new LiveExecution(application, spec, name, serial, parent?.deref(), origin);
    // Without the parent nothing else leads to the request.
    if (execution.root === undefined && execution.requestSerial !== serial) execution.request = request?.deref();
    if (execution.root === undefined) execution.ownBreakdownValue = breakdownValue;
    execution.callSerial = callSerial;
    execution.hashed = hashed && new HashedCall(hashed.hash);
    if (execution.model !== undefined) execution.model.result = result;
    execution.postpone();
    return execution;
  };
}
