import { processWide } from '../../runtime/process-wide';
import { guarded } from '../../tracking/adapting/guarded';
import { ListedNames } from './listed-names';
import { handlersOf, protocolOf, type McpProtocolLike, type McpServerLike } from './mcp-server-like';
import { PROMPTS, RESOURCES, TOOLS, type TrackedMethod } from './tracked-methods';
import { trackedHandler } from './tracked-request';

/** What `trackedMcpServer` counts in addition to tools. */
export interface McpTrackingOptions {
  /** Count each resource that is read, as the tool `resource:` and its URI or the URI of its template. @default false */
  readonly resources?: boolean;
  /** Count each prompt that is got, as the tool `prompt:` and its name. @default false */
  readonly prompts?: boolean;
}

/** Of all copies of this package: a server that two of them track counts once. */
const trackedServers = processWide('mcp-servers', () => new WeakSet<object>());

/**
 * Counts each tool call of an MCP server's clients under the name that the client uses, including denied calls,
 * unknown tools and invalid arguments. A result with `isError` is an error. Its type is that of the error of the
 * tool's decorated method, else `McpToolError`. A cancelled request is cancelled, and aborts the `signal` of
 * `currentExecution()`. A tool that the server does not list counts as `__other__`.
 *
 * Call it before or after tools are registered and the server is connected. A second call has no effect.
 *
 * @param server an `McpServer` or `Server` of `@modelcontextprotocol/sdk` 1 or `@modelcontextprotocol/server` 2
 * @returns the same server
 *
 * @example
 * const server = trackedMcpServer(new McpServer({ name: 'weather', version: '1.0.0' }));
 */
export function trackedMcpServer<Server extends McpServerLike>(server: Server, options?: McpTrackingOptions): Server {
  guarded('trackedMcpServer', () => {
    const protocol = protocolOf(server);
    if (trackedServers.has(protocol)) return;
    trackedServers.add(protocol);
    track(protocol, [TOOLS, ...(options?.resources ? [RESOURCES] : []), ...(options?.prompts ? [PROMPTS] : [])]);
  });
  return server;
}

/** Handlers that are there, and those that will be set. */
function track(protocol: McpProtocolLike, methods: readonly TrackedMethod[]): void {
  const handlers = handlersOf(protocol);
  const names = new ListedNames(handlers);
  const ours = new WeakSet<object>();
  const trackHandlers = (): void => {
    for (const method of methods) {
      const handler = handlers.get(method.method);
      if (handler === undefined || ours.has(handler)) continue;
      const tracked = trackedHandler(method, names, handler);
      ours.add(tracked);
      handlers.set(method.method, tracked);
    }
  };
  trackHandlers();
  const setRequestHandler = protocol.setRequestHandler.bind(protocol);
  const value = (...args: never[]): unknown => {
    const answer = setRequestHandler(...args);
    trackHandlers();
    return answer;
  };
  Object.defineProperty(protocol, 'setRequestHandler', { value, configurable: true, writable: true });
}
