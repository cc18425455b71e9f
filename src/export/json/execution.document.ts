import type { RunningExecution } from '../../collection/collector-ports';
import type { Execution } from '../../collection/executions/finished-execution';
import { formatGoDuration, toSeconds } from './go-duration';

/** A finished execution in the JSON of the history. */
export function executionDocument(execution: Execution) {
  return {
    ...identityDocument(execution),
    status: execution.status,
    success: execution.success,
    timed_out: execution.timedOut,
    error: execution.error ?? null,
    error_type: execution.errorType ?? null,
    start_time: execution.startTime,
    end_time: execution.endTime,
    duration: formatGoDuration(execution.durationMs),
    duration_seconds: toSeconds(execution.durationMs),
    input_bytes: execution.inputBytes,
    output_bytes: execution.outputBytes,
    retries: execution.retries,
    chunks: execution.chunks,
    time_to_first_chunk_seconds: execution.timeToFirstChunkSeconds ?? null,
    trace_id: execution.traceId ?? null,
  };
}

/** An execution in progress in JSON. */
export function runningDocument(execution: RunningExecution) {
  return { ...identityDocument(execution), start_time: execution.startTime, age_seconds: execution.ageSeconds };
}

function identityDocument({ id, parentId, requestId, kind, agentId, toolName, model }: Execution | RunningExecution) {
  return {
    id,
    parent_id: parentId ?? null,
    request_id: requestId ?? null,
    kind,
    agent_id: agentId ?? null,
    tool_name: toolName ?? null,
    model: model ?? null,
  };
}
