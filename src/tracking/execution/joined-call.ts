import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { LiveExecution } from './live-execution';

/**
 * Whether what begins directly inside an execution is the same call, seen twice: a model call inside a model call, and a tool
 * inside one of the same name that a handle began, as adapters do. A tool that calls itself is another call.
 */
export function isPart(parent: LiveExecution, kind: ExecutionKind, name: string): boolean {
  if (parent.kind !== kind || parent.ended) return false;
  return kind === 'model' || (kind === 'tool' && parent.isBegunByHandle && parent.name === name);
}
