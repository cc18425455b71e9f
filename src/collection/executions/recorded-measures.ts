import { ExecutionMeasures } from './execution-measures';
import type { ModelCallRecord, ToolExecutionRecord } from './execution-records';
import { toNanoseconds } from './finished-execution';

/** What a record says beside the time; most say nothing, for which nothing is made. */
export function measuresOfTool(record: ToolExecutionRecord): ExecutionMeasures | undefined {
  const { inputBytes, outputBytes, retries } = record;
  const isNothing = inputBytes === undefined && outputBytes === undefined && retries === undefined;
  return isNothing ? undefined : ownMeasuresOfTool(inputBytes, outputBytes, retries);
}

function ownMeasuresOfTool(inputBytes = 0, outputBytes = 0, retries = 0): ExecutionMeasures {
  return Object.assign(new ExecutionMeasures(), { inputBytes, outputBytes, retries });
}

export function measuresOfModel({ timeToFirstTokenMs }: ModelCallRecord): ExecutionMeasures | undefined {
  if (timeToFirstTokenMs === undefined) return undefined;
  return Object.assign(new ExecutionMeasures(), { firstChunkNs: toNanoseconds(timeToFirstTokenMs) });
}
