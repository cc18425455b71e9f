import type { ToolOptions } from './execution-options';
import { labelOf, toolSpec, type ExecutionSpec } from './execution-spec';
import { mcpToolName } from './mcp-tool-name';

/**
 * A tool that a decorator declares for a method. Without a name it has the one that MCP-Nest gives the
 * method, else the method's.
 *
 * @param method asked at the first use: a decorator further out, which may name it, has yet to run
 */
export function methodToolSpec(
  options: string | ToolOptions = {},
  methodName: string,
  method: () => unknown,
): ExecutionSpec {
  const spec = toolSpec(options, methodName, 'decorator');
  const name = typeof options === 'string' ? options : options.name;
  if (typeof name === 'function' || labelOf(name) !== undefined) return spec;
  let named: ExecutionSpec | undefined;
  const ofClass = (): ExecutionSpec =>
    (named ??= { ...toolSpec(options, mcpToolName(method()) ?? methodName, 'decorator'), ofClass });
  return { ...spec, ofClass };
}
