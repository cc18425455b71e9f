import type { ExecutionSpec } from '../wrapping/execution-spec';
import type { LiveExecution } from './live-execution';

/** A handler can be an agent and a tool; what stands between it and either interceptor is the other, twice. */
const LEVELS = 3;

/** The execution that an interceptor has begun for the handler with this very spec, if it may still be joined. */
export function findClaim(running: LiveExecution | undefined, spec: ExecutionSpec): LiveExecution | undefined {
  return search(running, (candidate) => candidate === spec);
}

/** The same for any handler that is counted as this one is. */
export function findNamesakeClaim(running: LiveExecution | undefined, spec: ExecutionSpec): LiveExecution | undefined {
  const { kind, declaredName } = spec;
  return search(running, (candidate) => candidate.kind === kind && candidate.declaredName === declaredName);
}

function search(
  running: LiveExecution | undefined,
  matches: (candidate: ExecutionSpec) => boolean,
): LiveExecution | undefined {
  let execution = running;
  for (let level = 0; level < LEVELS && execution !== undefined; level += 1) {
    if (execution.claimable && matches(execution.spec)) return execution;
    execution = execution.parent;
  }
  return undefined;
}
