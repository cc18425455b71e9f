import type { ExecutionSpec } from '../declaring/execution-spec';
import type { LiveExecution } from './live-execution';

/** A handler can be an agent and a tool; what stands between it and either interceptor is the other, twice. */
const LEVELS = 3;

/** The execution that an interceptor has begun for the handler with this very spec, if it may still be joined. */
export function findClaim(running: LiveExecution | undefined, spec: ExecutionSpec): LiveExecution | undefined {
  return search(running, isSame, spec);
}

/** The same for any handler that is counted as this one is. */
export function findNamesakeClaim(running: LiveExecution | undefined, spec: ExecutionSpec): LiveExecution | undefined {
  return search(running, isNamesake, spec);
}

const isSame: SpecMatch = (candidate, spec) => candidate === spec;
const isNamesake: SpecMatch = (candidate, spec) =>
  candidate.kind === spec.kind && candidate.declaredName === spec.declaredName;

type SpecMatch = (candidate: ExecutionSpec, spec: ExecutionSpec) => boolean;

function search(
  running: LiveExecution | undefined,
  matches: SpecMatch,
  spec: ExecutionSpec,
): LiveExecution | undefined {
  let execution = running;
  for (let level = 0; level < LEVELS && execution !== undefined; level += 1) {
    if (execution.claimable && matches(execution.spec, spec)) return execution;
    execution = execution.parent;
  }
  return undefined;
}
