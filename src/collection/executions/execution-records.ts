import type { ExecutionStatus } from './execution-status';

/**
 * One finished agent execution, measured elsewhere.
 *
 * @example
 * metrics.recordAgentExecution({ agentId: 'writer', durationMs: 1_200, status: 'success' });
 */
export interface AgentExecutionRecord {
  /** The label; not empty. */
  readonly agentId: string;
  /** The display name; the id where there is none. */
  readonly agentName?: string;
  /** From its beginning to its end, in milliseconds. */
  readonly durationMs: number;
  /** How it ended. */
  readonly status: ExecutionStatus;
  /** The error's class name or code; `Error` for an error and `TimeoutError` for a timeout where there is none. */
  readonly errorType?: string;
  /** When it ended; now where there is none. */
  readonly endTime?: Date;
}

/**
 * One finished tool execution, measured elsewhere.
 *
 * @example
 * metrics.recordToolExecution({ toolName: 'search', agentId: 'writer', durationMs: 80, status: 'error', errorType: 'HttpError' });
 */
export interface ToolExecutionRecord {
  /** The label; not empty. */
  readonly toolName: string;
  /** The agent that called it; the running one where there is none. */
  readonly agentId?: string;
  /** From its beginning to its end, in milliseconds. */
  readonly durationMs: number;
  /** How it ended. */
  readonly status: ExecutionStatus;
  /** The error's class name or code; `Error` for an error and `TimeoutError` for a timeout where there is none. */
  readonly errorType?: string;
  /** Size of what the tool was given. @default 0 */
  readonly inputBytes?: number;
  /** Size of what it returned. @default 0 */
  readonly outputBytes?: number;
  /** Attempts that were retried within this execution. */
  readonly retries?: number;
  /** When it ended; now where there is none. */
  readonly endTime?: Date;
}

/**
 * One model call. Token counts that are not reported are 0.
 *
 * @example
 * metrics.recordModelCall({ model: 'gpt-4o', provider: 'openai', inputTokens: 900, outputTokens: 120, durationMs: 2_400 });
 */
export interface ModelCallRecord {
  /** The label; not empty. */
  readonly model: string;
  /** Who serves the model, as a label. @default none */
  readonly provider?: string;
  /** The agent that made the call; the running one where there is none. */
  readonly agentId?: string;
  /** @default 'success' */
  readonly status?: ExecutionStatus;
  /** In milliseconds; without it the call is counted and no duration is observed. */
  readonly durationMs?: number;
  /** From the beginning of the call to its first token, in milliseconds. */
  readonly timeToFirstTokenMs?: number;
  /** The error's class name or code; `Error` for an error and `TimeoutError` for a timeout where there is none. */
  readonly errorType?: string;
  /**
   * Includes cached and cache-written ones. Where those are more than the input, it was reported beside them, and they are
   * added to it. Token counts are rounded to whole tokens.
   */
  readonly inputTokens?: number | null;
  /** Includes reasoning. Where that is more than the output, it was reported beside it, and is added to it. */
  readonly outputTokens?: number | null;
  /** Part of the input that came from the provider's cache. */
  readonly cachedInputTokens?: number | null;
  /** Part of the input that was written to the provider's cache. */
  readonly cacheWriteTokens?: number | null;
  /**
   * Part of the cache-written tokens that is kept for an hour. Where it is more than those, it was reported beside them, and
   * is added to them.
   */
  readonly cacheWrite1hTokens?: number | null;
  /** Part of the output that is reasoning. */
  readonly reasoningTokens?: number | null;
  /** US dollars; from the option `pricing` where there is none. */
  readonly costUsd?: number;
}
