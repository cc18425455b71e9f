import type { ExecutionKind } from '../../collection/executions/execution-status';

/** An execution among those around it. */
export interface Descendant<Self> {
  readonly kind: ExecutionKind;
  readonly ended: boolean;
  readonly parent: Self | undefined;
}

/**
 * The nearest that still runs, itself included. Ended ones are let go, so that work which begets work holds no chain of
 * them.
 */
export function nearestOpen<Execution extends Descendant<Execution>>(
  execution: Execution | undefined,
): Execution | undefined {
  let candidate = execution;
  while (candidate?.ended) candidate = candidate.parent;
  return candidate;
}

/** The nearest agent that still runs. */
export function nearestOpenAgent<Execution extends Descendant<Execution>>(
  execution: Execution | undefined,
): Execution | undefined {
  let candidate = nearestOpen(execution);
  while (candidate !== undefined && candidate.kind !== 'agent') candidate = nearestOpen(candidate.parent);
  return candidate;
}

/** The names of the agents that still run, from the inside out. */
export function openAgentNames<Execution extends Descendant<Execution> & { readonly name: string }>(
  execution: Execution | undefined,
): string[] {
  const names: string[] = [];
  let agent = nearestOpenAgent(execution);
  for (; agent !== undefined; agent = nearestOpenAgent(agent.parent)) names.push(agent.name);
  return names;
}

/** All that still run, from the inside out. */
export function* openAncestors<Execution extends Descendant<Execution>>(execution: Execution): Generator<Execution> {
  for (let next = nearestOpen(execution); next !== undefined; next = nearestOpen(next.parent)) yield next;
}

/** The same without itself. */
export function* openAround<Execution extends Descendant<Execution>>(execution: Execution): Generator<Execution> {
  if (execution.parent !== undefined) yield* openAncestors(execution.parent);
}

/** Whether one runs inside the other, or is the other. */
export function isWithin<Execution extends Descendant<Execution>>(
  execution: Execution | undefined,
  outer: Execution,
): boolean {
  let candidate = execution;
  while (candidate !== undefined && candidate !== outer) candidate = candidate.parent;
  return candidate === outer;
}
