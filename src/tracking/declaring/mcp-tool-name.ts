import { labelOf } from './execution-spec';

/** Where `@Tool` of @rekog/mcp-nest keeps its options, on the method. */
const MCP_TOOL = 'mcp:tool';

/** The name under which MCP-Nest offers a method to its clients, if it does. */
export function mcpToolName(method: unknown): string | undefined {
  if (typeof method !== 'function') return undefined;
  const options = Reflect.getMetadata(MCP_TOOL, method) as { readonly name?: unknown } | undefined;
  return labelOf(options?.name);
}
