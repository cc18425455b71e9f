import { EXECUTION_STATUSES, isExecutionStatus, type ExecutionStatus } from './execution-status';
import { MAX_TIME_MS } from './finished-execution';

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
  /** Part of the output that is reasoning. */
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

type Fault = RecordFault | undefined;

/** The field of a record at which a check of it fails, because it throws when it is read; undefined where it does not. */
export function unreadableField<Subject extends object>(
  record: Subject,
  find: (record: Subject) => Fault,
): string | undefined {
  let field = 'record';
  const get = (_: object, key: string | symbol): unknown => Reflect.get(record, (field = String(key)));
  try {
    find(new Proxy({}, { get }) as Subject);
    return undefined;
  } catch {
    return field;
  }
}

export function findAgentFault(record: AgentExecutionRecord): Fault {
  if (!isObject(record)) return noRecord(record);
  return (
    checkName('agentId', record.agentId) ??
    checkName('agentName', record.agentName, OPTIONAL) ??
    checkQuantity('durationMs', record.durationMs) ??
    checkStatus('status', record.status) ??
    checkName('errorType', record.errorType, OPTIONAL) ??
    checkOptionalTime('endTime', record.endTime)
  );
}

export function findToolFault(record: ToolExecutionRecord): Fault {
  if (!isObject(record)) return noRecord(record);
  return (
    checkName('toolName', record.toolName) ??
    checkName('agentId', record.agentId, OPTIONAL) ??
    checkQuantity('durationMs', record.durationMs) ??
    checkStatus('status', record.status) ??
    checkName('errorType', record.errorType, OPTIONAL) ??
    checkQuantity('inputBytes', record.inputBytes, OPTIONAL) ??
    checkQuantity('outputBytes', record.outputBytes, OPTIONAL) ??
    checkQuantity('retries', record.retries, OPTIONAL) ??
    checkOptionalTime('endTime', record.endTime)
  );
}

export function findModelFault(record: ModelCallRecord): Fault {
  if (!isObject(record)) return noRecord(record);
  return (
    checkName('model', record.model) ??
    checkName('provider', record.provider, OPTIONAL) ??
    checkName('agentId', record.agentId, OPTIONAL) ??
    checkStatus('status', record.status, OPTIONAL) ??
    checkQuantity('durationMs', record.durationMs, OPTIONAL) ??
    checkQuantity('timeToFirstTokenMs', record.timeToFirstTokenMs, OPTIONAL) ??
    checkName('errorType', record.errorType, OPTIONAL) ??
    checkTokens('inputTokens', record.inputTokens) ??
    checkTokens('outputTokens', record.outputTokens) ??
    checkTokens('cachedInputTokens', record.cachedInputTokens) ??
    checkTokens('cacheWriteTokens', record.cacheWriteTokens) ??
    checkTokens('reasoningTokens', record.reasoningTokens) ??
    checkQuantity('costUsd', record.costUsd, OPTIONAL)
  );
}

export function findCacheFault(cache: string | undefined): Fault {
  return checkName('cache', cache, OPTIONAL);
}

export function findMemoryFault(bytes: number): Fault {
  return checkQuantity('bytes', bytes);
}

/** Whether undefined is as good as a value. */
type Presence = 'required' | 'optional';
const OPTIONAL: Presence = 'optional';

function isObject(record: unknown): boolean {
  return typeof record === 'object' && record !== null;
}

function noRecord(record: unknown): Fault {
  return { field: 'record', value: record, allowed: 'an object' };
}

function checkName(field: string, value: unknown, presence: Presence = 'required'): Fault {
  if (typeof value === 'string' ? value !== '' : value === undefined && presence === OPTIONAL) return undefined;
  return { field, value, allowed: 'a string that is not empty' };
}

/** The limit is also the one below which converting to nanoseconds cannot overflow. */
function checkQuantity(field: string, value: unknown, presence: Presence = 'required'): Fault {
  if (value === undefined && presence === OPTIONAL) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return undefined;
  return { field, value, allowed: 'a number from 0 to 2^53 - 1' };
}

/** Providers report what they do not know as null, too. */
function checkTokens(field: string, value: unknown): Fault {
  return value === undefined || value === null ? undefined : checkQuantity(field, value);
}

function checkStatus(field: string, value: unknown, presence: Presence = 'required'): Fault {
  if (isExecutionStatus(value) || (value === undefined && presence === OPTIONAL)) return undefined;
  return { field, value, allowed: `one of ${EXECUTION_STATUSES.join(', ')}` };
}

function checkOptionalTime(field: string, value: unknown): Fault {
  if (value === undefined || (value instanceof Date && isTime(value.getTime()))) return undefined;
  return { field, value, allowed: 'a valid Date' };
}

/** Whether a `Date` can hold it; a class of the user's may say otherwise. */
function isTime(milliseconds: number): boolean {
  return Math.abs(milliseconds) <= MAX_TIME_MS;
}
