import type { ExecutionHandle } from '../execution-handle';
import { addBridge, innermost, runningExecution } from '../execution/context-bridges';
import { executionOf, handleOf } from '../execution/tracked-handle';

/**
 * Lets whatever is tracked in an SDK's own async context find the execution to which that belongs. For an SDK whose hooks
 * cannot run its code in our context.
 *
 * @param sdk has one bridge in the process: the first
 * @param find asked at each beginning; cheap, and never throws
 * @param modelCallBegan called with each model call that begins, in any application; never throws either
 */
export function bridgeContext(
  sdk: string,
  find: () => ExecutionHandle | undefined,
  modelCallBegan?: (call: ExecutionHandle) => void,
): void {
  addBridge(sdk, {
    find: () => executionOf(find())?.context,
    modelCallBegan: modelCallBegan && ((call) => modelCallBegan(handleOf(call))),
  });
}

/** The innermost of the running execution and one that the SDK names as the parent of what begins. */
export function innermostRunning(named: ExecutionHandle | undefined): ExecutionHandle | undefined {
  const found = innermost(runningExecution(), executionOf(named)?.context);
  return found && handleOf(found);
}
