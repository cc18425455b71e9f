import { startExecution, type ExecutionEnd, type ExecutionHandle, type ExecutionStatus } from '../../index';
import { hasFailedInside, outcomeOf } from '../../tracking/adapting/adapted-execution';
import type { AgentsSpan } from './agents-span';
import type { OpenSpan, Place } from './open-spans';
import { errorOf } from './span-error';

/** How the spans of one type are counted. */
interface SpanExecution {
  begin(span: AgentsSpan, place: Place): ExecutionHandle;
  endOf(span: AgentsSpan, execution: ExecutionHandle, open: OpenSpan): ExecutionEnd;
}

const nameOf = ({ spanData }: AgentsSpan) => (spanData as { readonly name?: string }).name ?? '';

const AGENT: SpanExecution = {
  begin: (span, place) => startExecution({ kind: 'agent', id: nameOf(span), ...place }),
  endOf: (span, _execution, { lastModelCall }) => agentEndOf(span, lastModelCall),
};

const TOOL: SpanExecution = {
  begin: (span, place) => startExecution({ kind: 'tool', name: nameOf(span), ...place }),
  // The SDK tells that a tool has failed, but not how. A decorated method inside has seen that.
  endOf: (span, execution) => (hasFailedInside(execution) ? {} : { error: errorOf(span) }),
};

/** By the type of the span. Others are no execution, but for those of models; the usage of some repeats theirs. */
export const SPAN_EXECUTIONS: Readonly<Record<string, SpanExecution>> = {
  agent: AGENT,
  function: TOOL,
};

/** How a model call ends whose stream is read no further. */
const STOPPED: ReadonlySet<ExecutionStatus> = new Set(['cancelled', 'timeout']);

/**
 * A stream that was aborted or left ends the agent's span like any other: only its model call knows. Where that failed, it
 * knows the class of the error.
 */
function agentEndOf(span: AgentsSpan, lastModelCall: ExecutionHandle | undefined): ExecutionEnd {
  const error = errorOf(span);
  const ofModel = lastModelCall && outcomeOf(lastModelCall);
  if (error === undefined)
    return ofModel !== undefined && STOPPED.has(ofModel.status) ? { status: ofModel.status } : {};
  if (ofModel === undefined || ofModel.status === 'success') return { error };
  const { status, errorType = error.name, httpStatus } = ofModel;
  return {
    status,
    error: Object.assign(error, { name: errorType }, httpStatus === undefined ? {} : { status: httpStatus }),
  };
}
