import type { AnyFunction } from '../declaring/call-style';
import type { AgentOptions, ToolOptions } from '../declaring/execution-options';
import { agentSpec, modelSpec, toolSpec, type ExecutionSpec } from '../declaring/execution-spec';
import type { ModelOptions } from '../declaring/model-options';
import { trackedWithoutInstance } from './tracked-method';

/**
 * Wraps a plain function and tracks it as an agent, for code without methods to decorate. It belongs to the
 * application in whose execution it runs, else to the only live one; with several live ones it runs untracked.
 *
 * @example
 * const summarise = trackedAgent('summariser', async (text: string) => model.summarise(text));
 */
export function trackedAgent<This, Args extends unknown[], Result>(
  options: string | AgentOptions,
  fn: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  return track(agentSpec(options, fn.name, 'function'), fn);
}

/**
 * A plain function, tracked as a tool: LangChain's `tool(fn)`, an AI SDK's `execute`, a mock. It belongs to the
 * application in whose execution it runs, else to the only live one; with several live ones it runs untracked.
 *
 * @example
 * tool({ inputSchema, execute: trackedTool('weather', async ({ city }) => forecast(city)) });
 */
export function trackedTool<This, Args extends unknown[], Result>(
  options: string | ToolOptions,
  fn: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  return track(toolSpec(options, fn.name, 'function'), fn);
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
export function trackedModel<This, Args extends unknown[], Result>(
  options: string | ModelOptions<NoInfer<Result>, NoInfer<Args>>,
  fn: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  return track(modelSpec(options, fn.name), fn);
}

/** The wrapper has the face of the function, which its type cannot say. */
function track<Fn>(spec: ExecutionSpec, fn: Fn): Fn {
  return trackedWithoutInstance(spec, fn as AnyFunction) as Fn;
}
