/** A name, or a function of the call's arguments that returns it. */
export type ExecutionName = string | ((...args: never[]) => string);

/**
 * Returns the promise or the stream whose end is the end of the execution, from the awaited result of a call, such as
 * the result object of an SDK. The caller gets the result itself. A rejection of the promise is the outcome; it adds
 * no unhandled rejection. An Observable is subscribed to. Any other stream is watched while the caller reads it, so
 * return the stream that the caller reads. If `until` returns neither, the execution ends with the call.
 *
 * @example
 * @TrackAgent({ id: 'writer', until: (result: StreamTextResult) => result.finishReason })
 */
export type Until = (result: never) => unknown;

/**
 * Options of `@TrackAgent` and of everything that tracks an agent.
 *
 * @example
 * @TrackAgent({ id: 'writer', name: 'The writer', timeoutMs: 30_000 })
 * async run() {}
 */
export interface AgentOptions {
  /**
   * The label under which the agent is counted, or a function of the call's arguments that returns it.
   * @default the class's name
   */
  readonly id?: ExecutionName;
  /** The display name. @default the id */
  readonly name?: string;
  /** Ids that get series of their own where `id` is a function; others are counted as `__other__`. @default all */
  readonly allowed?: readonly string[];
  /** The limit in milliseconds; 0 for none. @default the module's `timeouts.agentMs` */
  readonly timeoutMs?: number;
  /** On a class: the methods to track. @default ['run'] */
  readonly methods?: readonly string[];
  /**
   * Decides which chunk of a stream counts as the first, since a model may begin with empty chunks. Called until it
   * returns true.
   * @default any
   */
  readonly firstChunk?: (chunk: never) => boolean;
  /** What to follow in place of the result, see `Until`. @default the result */
  readonly until?: Until;
}

/**
 * Options of `@TrackTool` and of everything that tracks a tool.
 *
 * @example
 * @TrackTool({ name: (call: { tool: string }) => call.tool, allowed: ['search', 'read'] })
 * async execute(call: { tool: string }) {}
 */
export interface ToolOptions {
  /**
   * The label under which the tool is counted, or a function of the call's arguments that returns it.
   * @default of a method the name that MCP-Nest's `@Tool` gives it; else its own, or the function's
   */
  readonly name?: ExecutionName;
  /** Attributes the tool to this agent whatever agent runs. @default the running agent */
  readonly agent?: string;
  /** Names that get series of their own where `name` is a function; others are counted as `__other__`. @default all */
  readonly allowed?: readonly string[];
  /** The limit in milliseconds; 0 for none. @default the module's `timeouts.perTool[name]`, else `timeouts.toolMs` */
  readonly timeoutMs?: number;
  /** On a class: the methods to track. @default ['run'] */
  readonly methods?: readonly string[];
  /** What to follow in place of the result, see `Until`. @default the result */
  readonly until?: Until;
}
