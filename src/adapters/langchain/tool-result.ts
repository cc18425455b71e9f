/** A tool's answer says that it has failed, while the tool itself has not thrown. */
class ToolMessageError extends Error {
  override readonly name = 'ToolMessageError';
}

interface ToolMessage {
  readonly tool_call_id: string;
  readonly status?: unknown;
  readonly content?: unknown;
}

/** What the function of a tool has returned: LangChain makes a message of it, where a model has called the tool. */
export function resultOfTool(output: unknown): unknown {
  return isToolMessage(output) ? output.content : output;
}

/** Undefined where a tool has not failed. */
export function failureOfTool(output: unknown): Error | undefined {
  return isToolMessage(output) && output.status === 'error' ? new ToolMessageError() : undefined;
}

function isToolMessage(output: unknown): output is ToolMessage {
  return typeof output === 'object' && output !== null && 'tool_call_id' in output;
}
