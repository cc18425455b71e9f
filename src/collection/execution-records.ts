import { EXECUTION_STATUSES, isExecutionStatus } from './execution-status';
import type { ExecutionStatus } from './execution-status';

/** One finished agent execution, measured elsewhere. */
export interface AgentExecutionRecord {
  /** The label; not empty. */
  readonly agentId: string;
  /** The display name; the id where there is none. */
  readonly agentName?: string;
  readonly durationMs: number;
  readonly status: ExecutionStatus;
  /** The error's class name or code; `Error` for an error and `TimeoutError` for a timeout where there is none. */
  readonly errorType?: string;
  /** When it ended; now where there is none. */
  readonly endTime?: Date;
}

/** One finished tool execution, measured elsewhere. */
export interface ToolExecutionRecord {
  /** The label; not empty. */
  readonly toolName: string;
  /** The agent that called it; the running one where there is none. */
  readonly agentId?: string;
  readonly durationMs: number;
  readonly status: ExecutionStatus;
  /** The error's class name or code; `Error` for an error and `TimeoutError` for a timeout where there is none. */
  readonly errorType?: string;
  readonly inputBytes?: number;
  readonly outputBytes?: number;
  /** Attempts that were retried within this execution. */
  readonly retries?: number;
  /** When it ended; now where there is none. */
  readonly endTime?: Date;
}

/** One model call. Token counts that are not reported are 0. */
export interface ModelCallRecord {
  /** The label; not empty. */
  readonly model: string;
  readonly provider?: string;
  /** The agent that made the call; the running one where there is none. */
  readonly agentId?: string;
  /** @default 'success' */
  readonly status?: ExecutionStatus;
  readonly durationMs?: number;
  readonly timeToFirstTokenMs?: number;
  readonly errorType?: string;
  /** Includes cached and cache-written ones. */
  readonly inputTokens?: number | null;
  /** Includes reasoning. */
  readonly outputTokens?: number | null;
  readonly cachedInputTokens?: number | null;
  readonly cacheWriteTokens?: number | null;
  readonly reasoningTokens?: number | null;
  /** US dollars; from the option `pricing` where there is none. */
  readonly costUsd?: number;
}

/** What is wrong with a record: the field, its value and what is allowed. */
export interface RecordFault {
  readonly field: string;
  readonly value: unknown;
  readonly allowed: string;
}

type Check = (value: unknown) => string | undefined;

const name: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a string that is not empty');

/** Also the limit below which converting to nanoseconds cannot overflow. */
const quantity: Check = (value) =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? undefined
    : 'a number from 0 to 2^53 - 1';

const status: Check = (value) => (isExecutionStatus(value) ? undefined : `one of ${EXECUTION_STATUSES.join(', ')}`);

const time: Check = (value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : 'a valid Date');

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

/** Providers report what they do not know as null, too. */
const tokens: Check = (value) => (value === null ? undefined : optional(quantity)(value));

type Checks<R> = { readonly [Field in keyof R]-?: Check };

const AGENT_CHECKS: Checks<AgentExecutionRecord> = {
  agentId: name,
  agentName: optional(name),
  durationMs: quantity,
  status,
  errorType: optional(name),
  endTime: optional(time),
};

const TOOL_CHECKS: Checks<ToolExecutionRecord> = {
  toolName: name,
  agentId: optional(name),
  durationMs: quantity,
  status,
  errorType: optional(name),
  inputBytes: optional(quantity),
  outputBytes: optional(quantity),
  retries: optional(quantity),
  endTime: optional(time),
};

const MODEL_CHECKS: Checks<ModelCallRecord> = {
  model: name,
  provider: optional(name),
  agentId: optional(name),
  status: optional(status),
  durationMs: optional(quantity),
  timeToFirstTokenMs: optional(quantity),
  errorType: optional(name),
  inputTokens: tokens,
  outputTokens: tokens,
  cachedInputTokens: tokens,
  cacheWriteTokens: tokens,
  reasoningTokens: tokens,
  costUsd: optional(quantity),
};

export const findModelFault = (record: ModelCallRecord) => findFault(record, MODEL_CHECKS);
export const findAgentFault = (record: AgentExecutionRecord) => findFault(record, AGENT_CHECKS);
export const findToolFault = (record: ToolExecutionRecord) => findFault(record, TOOL_CHECKS);
export const findCacheFault = (cache: string | undefined) => findFault({ cache }, { cache: optional(name) });
export const findMemoryFault = (bytes: number) => findFault({ bytes }, { bytes: quantity });

function findFault<R extends object>(record: R, checks: Checks<R>): RecordFault | undefined {
  if (typeof record !== 'object' || record === null) return { field: 'record', value: record, allowed: 'an object' };
  for (const field in checks) {
    const value = record[field];
    const allowed = checks[field](value);
    if (allowed !== undefined) return { field, value, allowed };
  }
  return undefined;
}
