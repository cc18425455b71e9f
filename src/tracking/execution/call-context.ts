/**
 * How to know what an SDK hands to a tool beside its input. It is new for each call, and no argument of the tool: the id of the
 * call with the AI SDK, the run and its limits with LangChain, the run and the call with OpenAI's Agents, the request with MCP.
 */
const MARKS = ['toolCallId', 'recursionLimit', 'runId', 'toolCall', 'isToolApproved', 'sendNotification'];

/** Of an argument after the first, which is the input. */
export function isCallContext(argument: unknown): boolean {
  if (typeof argument !== 'object' || argument === null) return false;
  try {
    return MARKS.some((mark) => mark in argument);
  } catch {
    // A proxy may throw.
    return false;
  }
}
