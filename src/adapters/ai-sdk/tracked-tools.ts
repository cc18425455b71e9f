import { trackedTool } from '../../index';
import { adaptedOptions, isTrackedTool } from '../../tracking/adapting/adapted-tool';
import { guarded } from '../../tracking/adapting/guarded';

interface ExecutableTool {
  readonly execute: (this: unknown, ...args: never[]) => unknown;
}

/**
 * The same tools, each counted as a tool by its key, for AI SDK 5 and 6, whose `generateText` and `streamText` report
 * no tools. A tool that streams its result counts to its end. Tools without `execute`, such as a provider's, stay as
 * they are, and so do tools whose `execute` is already tracked.
 *
 * @example
 * const tools = trackedTools({ weather: tool({ inputSchema, execute: ({ city }) => forecast(city) }) });
 */
export function trackedTools<Tools extends object>(tools: Tools): Tools {
  return guarded('ai-sdk tools', () => copyWith(tools, executablesOf(tools))) ?? tools;
}

function executablesOf(tools: object): Record<string, ExecutableTool> {
  const tracked: Record<string, ExecutableTool> = {};
  for (const [name, tool] of Object.entries(tools)) if (isExecutable(tool)) tracked[name] = track(name, tool);
  return tracked;
}

function isExecutable(tool: unknown): tool is ExecutableTool {
  return typeof tool === 'object' && tool !== null && 'execute' in tool && typeof tool.execute === 'function';
}

/** Its `execute` runs as a method of the tool that was given, whose class may keep private fields. */
function track(name: string, tool: ExecutableTool): ExecutableTool {
  if (isTrackedTool(tool.execute)) return tool;
  const execute = new Proxy(trackedTool(adaptedOptions(name), tool.execute), {
    apply: (target, self, args): unknown => Reflect.apply(target, self === copy ? tool : self, args),
  });
  const copy = copyWith(tool, { execute });
  return copy;
}

/** The same object but for some properties; those may be read-only. */
function copyWith<Value extends object>(value: Value, properties: Partial<Record<string, unknown>>): Value {
  const descriptors = Object.getOwnPropertyDescriptors<Record<string, unknown>>({ ...properties });
  const own: PropertyDescriptorMap = { ...Object.getOwnPropertyDescriptors(value), ...descriptors };
  return Object.create(Object.getPrototypeOf(value) as object | null, own) as Value;
}
