import type { AgentOptions, ModelOptions, ToolOptions } from './execution-spec';
import { agentSpec, modelSpec, toolSpec } from './execution-spec';
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

/**
 * A plain function, tracked as a call of a language model. It belongs to the application in whose execution it runs, else
 * to the only live one; with several live ones it runs untracked.
 *
 * @example
 * const complete = trackedModel(
 *   { model: 'gpt-4o', provider: 'openai', usage: ({ usage }) => ({ inputTokens: usage.prompt_tokens }) },
 *   (prompt: string) => client.chat(prompt),
 * );
 */
export function trackedModel<Fn extends AnyFunction>(options: string | ModelOptions, fn: Fn): Fn {
  return trackedWithoutInstance(modelSpec(options, fn.name), fn) as Fn;
}
