import type { CostSource } from '../models/call-usage';
import type { TokenUsage } from '../models/token-usage';
import type { ExecutionKind, ExecutionStatus } from './execution-status';

/**
 * To which value of the option `breakdown` a request belongs, with everything inside it.
 *
 * @example
 * onExecution: ({ breakdown, costUsd }) => bill(breakdown?.value, costUsd)
 */
export interface ExecutionBreakdown {
  /** What the values are: the option `breakdown.by`, such as `tenant`. */
  readonly by: string;
  /** In full, never `__other__`; undefined where the request has none, and outside requests. */
  readonly value: string | undefined;
}

/** A finished execution as users read it. */
export interface Execution {
  /** Unique across processes. */
  readonly id: string;
  /** The id of the execution in which it ran; undefined for an outermost one. */
  readonly parentId: string | undefined;
  /** The id of the outermost agent execution around this one. */
  readonly requestId: string | undefined;
  /** What was run. */
  readonly kind: ExecutionKind;
  /** The id of the agent; for a tool or a model call, of the agent that called it. Undefined outside any. */
  readonly agentId: string | undefined;
  /** The tool's name; undefined for agents and model calls. */
  readonly toolName: string | undefined;
  /** The model's name; undefined for agents and tools. */
  readonly model: string | undefined;
  /** How it ended. */
  readonly status: ExecutionStatus;
  /** Whether the status is `success`. */
  readonly success: boolean;
  /** Whether the status is `timeout`. */
  readonly timedOut: boolean;
  /** The error's message, if the option `recordErrorMessages` asks for it; 256 characters at most. */
  readonly error: string | undefined;
  /** Class name or code of the error, never its message. */
  readonly errorType: string | undefined;
  /** When it began, by the time of day. */
  readonly startTime: Date;
  /** When it ended, by the time of day. */
  readonly endTime: Date;
  /** Without pauses. */
  readonly durationMs: number;
  /** The same in seconds. */
  readonly durationSeconds: number;
  /** Size of what a tool was given; 0 unless the option `measurePayloads` is set. */
  readonly inputBytes: number;
  /** Size of what a tool returned; 0 unless the option `measurePayloads` is set. */
  readonly outputBytes: number;
  /** Attempts that were retried within it, as `ExecutionHandle.recordRetry` was told. */
  readonly retries: number;
  /** Chunks that a stream delivered; 0 if the result is not a stream. */
  readonly chunks: number;
  /**
   * From the beginning to the first chunk that counts, or to the first token of a model call; undefined where there was
   * none.
   */
  readonly timeToFirstChunkSeconds: number | undefined;
  /** The trace in which it ran, where OpenTelemetry is in use. */
  readonly traceId: string | undefined;
  /** Who serves the model, where that is known. */
  readonly provider: string | undefined;
  /** The HTTP status that the error carries, or one of its causes. */
  readonly httpStatus: number | undefined;
  /**
   * Tokens of a model call, or of all the model calls that an agent made itself. Undefined where a model call reported none,
   * and for an agent that made no model call.
   */
  readonly tokenUsage: TokenUsage | undefined;
  /** US dollars for these tokens; undefined if no cost is known. `tokenUsage.unpricedCalls` counts the calls without a price. */
  readonly costUsd: number | undefined;
  /** Who says what it cost: the caller (`reported`), or the option `pricing` (`estimated`) for all or a part of it. */
  readonly costSource: CostSource | undefined;
  /** Input and output tokens of an agent with everything inside it; undefined where no model was called. */
  readonly totalTokens: number | undefined;
  /** US dollars for an agent with everything inside it; undefined where nothing of it is known. */
  readonly totalCostUsd: number | undefined;
  /** Tools that an agent has called itself, those that failed included; undefined for tools and model calls. */
  readonly toolCalls: number | undefined;
  /** Model calls that an agent has made itself; undefined for tools and model calls. */
  readonly modelCalls: number | undefined;
  /**
   * Tools that an agent has called itself with arguments with which it had called them before. Undefined for tools and model
   * calls, and unless the option `measureRepeats` is set.
   */
  readonly repeatedCalls: number | undefined;
  /** Waited on a human, see `ExecutionHandle.pause`. No part of the duration. */
  readonly pausedSeconds: number;
  /**
   * The value of the option `breakdown`; undefined unless that is set. The value also has a field of its own name: in
   * camelCase here (`execution.tenant`, which TypeScript does not know), and as given in JSON.
   */
  readonly breakdown: ExecutionBreakdown | undefined;
}

/** An execution in progress. */
export interface RunningExecution extends Pick<
  Execution,
  'id' | 'parentId' | 'requestId' | 'kind' | 'agentId' | 'toolName' | 'model' | 'startTime' | 'breakdown'
> {
  /** Since its beginning, pauses included. */
  readonly ageSeconds: number;
}
