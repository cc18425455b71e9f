import type { Execution, RunningExecution } from '../../collection/executions/execution';
import type { ExecutionNode, FinishedRequest, RequestTree, RunningRequest } from '../../collection/requests/request';
import type { TextBuffer } from '../text/text-buffer';
import { executionDocument } from './execution.document';
import { listSteps } from './json-slices';

/** The JSON of many requests, without their executions. */
export function* requestsSteps(
  out: TextBuffer,
  requests: readonly (FinishedRequest | RunningRequest)[],
): Generator<void> {
  out.write('{"requests":');
  yield* listSteps(out, requests, executionDocument);
  out.write('}');
}

/** The JSON of one request with its executions. */
export function* requestSteps(out: TextBuffer, { executions, ...request }: RequestTree): Generator<void> {
  out.write(openDocument(request, 'executions'));
  yield* nodesSteps(out, executions);
  out.write('}');
}

function* nodesSteps(out: TextBuffer, nodes: readonly ExecutionNode[]): Generator<void> {
  let separator = '[';
  for (const { children, ...execution } of nodes) {
    out.write(separator + openDocument(execution, 'children'));
    out.handOver();
    yield;
    yield* nodesSteps(out, children);
    out.write('}');
    separator = ',';
  }
  out.write(separator === '[' ? '[]' : ']');
}

/** Up to its last member, which follows. */
function openDocument(read: Execution | RunningExecution, lastMember: string): string {
  return `${JSON.stringify(executionDocument(read)).slice(0, -1)},"${lastMember}":`;
}
