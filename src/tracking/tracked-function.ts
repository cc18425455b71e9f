import type { AgentOptions, ToolOptions } from './execution-spec';
import { agentSpec, toolSpec } from './execution-spec';
import type { AnyFunction } from './tracked-method';
import { trackedWithoutInstance } from './tracked-method';

/**
 * A plain function, tracked as an agent: for what no decorator reaches. It belongs to the application in whose
 * execution it runs, else to the only live one; with several live ones it runs untracked.
 *
 * @example
 * const summarise = trackedAgent('summariser', async (text: string) => model.summarise(text));
 */
export function trackedAgent<Fn extends AnyFunction>(options: string | AgentOptions, fn: Fn): Fn {
  return trackedWithoutInstance(agentSpec(options, fn.name, 'function'), fn) as Fn;
}

/**
 * A plain function, tracked as a tool: LangChain's `tool(fn)`, an AI SDK's `execute`, a mock. It belongs to the
 * application in whose execution it runs, else to the only live one; with several live ones it runs untracked.
 *
 * @example
 * tool({ inputSchema, execute: trackedTool('weather', async ({ city }) => forecast(city)) });
 */
export function trackedTool<Fn extends AnyFunction>(options: string | ToolOptions, fn: Fn): Fn {
  return trackedWithoutInstance(toolSpec(options, fn.name, 'function'), fn) as Fn;
}
