import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { LiveExecution } from './live-execution';

/** A handler can be an agent and a tool; between it and either interceptor is the other, twice. */
const LEVELS = 3;

/** The execution that an interceptor has begun for the handler with this very spec, if it may still be joined. */
export function findClaim(running: LiveExecution | undefined, spec: ExecutionSpec): LiveExecution | undefined {
  return search(running, ({ spec: candidate }) => candidate === spec);
}

/** The same for any handler that is counted under this name. */
export function findNamesakeClaim(
  running: LiveExecution | undefined,
  kind: ExecutionKind,
  name: string,
): LiveExecution | undefined {
  return search(running, (candidate) => candidate.kind === kind && candidate.name === name);
}

function search(
  running: LiveExecution | undefined,
  matches: (execution: LiveExecution) => boolean,
): LiveExecution | undefined {
  let execution = running;
  for (let level = 0; level < LEVELS && execution !== undefined; level += 1) {
    if (execution.joined?.isClaimable && matches(execution)) return execution;
    execution = execution.parent;
  }
  return undefined;
}
