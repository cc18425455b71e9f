import { startExecution, type ExecutionHandle } from '../../index';
import { processWide } from '../../runtime/process-wide';
import { guarded } from '../../tracking/adapting/guarded';
import { isOpen } from '../../tracking/adapting/adapted-execution';
import { SweptMap } from '../ground/swept-map';
import { withinLimit } from '../ground/within-limit';
import { failure } from './model-call';
import { parentIn } from './operations';
import { isReplay, type ToolEndEvent, type ToolRun } from './telemetry-events';

const open = processWide('ai-sdk tools', () => new SweptMap<ExecutionHandle>((handle) => !isOpen(handle)));

/** Runs a tool, and all that is inside it. It rejects at the tool's limit; its result is told of by an event. */
export async function runTool<Result>(run: ToolRun<Result>): Promise<Result> {
  const id = idOf(run.callId, run.toolCallId);
  const tool = guarded('ai-sdk tool', () => beginTool(id, run));
  if (tool === undefined) return run.execute();
  try {
    return await withinLimit(tool, run.execute);
  } catch (error) {
    guarded('ai-sdk tool', () => {
      open.take(id);
      tool.end(failure(error));
    });
    throw error;
  }
}

/** Undefined where another integration of ours counts it. */
function beginTool<Result>(id: string, run: ToolRun<Result>): ExecutionHandle | undefined {
  if (isReplay(run) || open.has(id)) return undefined;
  const name = run.toolCall?.toolName ?? '';
  const input = run.recordInputs === false ? undefined : run.toolCall?.input;
  const handle = startExecution({ kind: 'tool', name, input, parent: parentIn(run.callId) });
  if (isOpen(handle)) open.set(id, handle);
  return handle;
}

export function endTool({ callId, toolCall, toolOutput, recordOutputs }: ToolEndEvent): void {
  const tool = open.take(idOf(callId, toolCall.toolCallId));
  if (tool === undefined) return;
  if (recordOutputs !== false) tool.returned(toolOutput?.output);
  tool.end();
}

function idOf(callId: string, toolCallId: string): string {
  return `${callId}\n${toolCallId}`;
}
