import type { ModelCallQuery } from '../../collection/collector-ports';
import { nearestOpenAgent } from './execution-lineage';
import type { LiveExecution } from './live-execution';

/**
 * The tracked call that a record of a model call is about: the one that it is made inside, else the only one of that model
 * that the same agent has open, whose stream its consumer reads.
 *
 * @param running the execution in whose context the record is made
 * @param open all that run
 */
export function findModelCall(
  query: ModelCallQuery,
  running: LiveExecution | undefined,
  open: readonly LiveExecution[],
): LiveExecution | undefined {
  const enclosing = enclosingCall(query, running);
  if (enclosing !== undefined) return enclosing;
  const agent = nearestOpenAgent(running);
  const agentId = query.agentId ?? running?.contextAgentId;
  // Two requests may run the same agent at once. Only a record that names another agent is not of this one.
  const isOfContext = running !== undefined && agentId === running.contextAgentId;
  const candidates = open.filter(
    (call) =>
      isCallOf(query, call) &&
      call.agentId === agentId &&
      isOfProvider(query, call) &&
      (!isOfContext || nearestOpenAgent(call.parent) === agent),
  );
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** A call's own context is left at an agent, which makes calls of its own. */
function enclosingCall(query: ModelCallQuery, running: LiveExecution | undefined): LiveExecution | undefined {
  let execution = running;
  while (execution !== undefined && execution.kind === 'tool') execution = execution.parent;
  return execution !== undefined && isCallOf(query, execution) ? execution : undefined;
}

function isCallOf({ model }: ModelCallQuery, { kind, name }: LiveExecution): boolean {
  return kind === 'model' && name === model;
}

/** Either may leave it out. */
function isOfProvider({ provider }: ModelCallQuery, call: LiveExecution): boolean {
  return provider === undefined || call.provider === undefined || provider === call.provider;
}
