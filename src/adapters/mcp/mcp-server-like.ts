/** What `trackedMcpServer` takes: an `McpServer`, or the lower `Server`, of either major version of the MCP SDK. */
export type McpServerLike =
  | McpProtocolLike
  | {
      /** The `Server` of an `McpServer`. */
      readonly server: McpProtocolLike;
    };

/** A `Server` of the MCP SDK. */
export interface McpProtocolLike {
  /** Sets what answers a kind of request. */
  setRequestHandler(...args: never[]): unknown;
}

/** Answers one request, as it came from the network. */
export type RequestHandler = (request: McpRequest, context: unknown) => unknown;

/** A request of JSON-RPC. */
export interface McpRequest {
  readonly method: string;
  readonly params?: McpParams | undefined;
}

/** The client decides what they are. */
export type McpParams = Readonly<Record<string, unknown>>;

/** By the method of the request. */
export type RequestHandlers = Pick<Map<string, RequestHandler>, 'get' | 'set'>;

export function protocolOf(server: McpServerLike): McpProtocolLike {
  return 'server' in server ? server.server : server;
}

/**
 * The handlers of a server, as it finds them for each request: both major versions keep them like this, under a name that is
 * not public.
 *
 * @throws TypeError where the SDK keeps them in another way
 */
export function handlersOf(protocol: McpProtocolLike): RequestHandlers {
  const { _requestHandlers: handlers } = protocol as { readonly _requestHandlers?: RequestHandlers };
  if (typeof handlers?.get === 'function') return handlers;
  throw new TypeError('This is not an MCP server of @modelcontextprotocol/sdk 1 or @modelcontextprotocol/server 2.');
}

/** Aborts when the client cancels the request; version 1 has it in the context itself, version 2 one step further in. */
export function signalOf(context: unknown): AbortSignal | undefined {
  const { signal, mcpReq } = (context ?? {}) as { signal?: AbortSignal; mcpReq?: { signal?: AbortSignal } };
  return signal ?? mcpReq?.signal;
}
