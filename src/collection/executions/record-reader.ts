import { ExecutionMeasures } from './execution-measures';
import type { AgentExecutionRecord, ModelCallRecord, ToolExecutionRecord } from './execution-records';
import { EXECUTION_STATUSES, isExecutionStatus } from './execution-status';
import { MAX_TIME_MS, toNanoseconds } from './finished-execution';

/** What a record says beside the time; most say nothing, for which nothing is made. */
export function measuresOfTool(record: ToolExecutionRecord): ExecutionMeasures | undefined {
  const { inputBytes, outputBytes, retries } = record;
  const isNothing = inputBytes === undefined && outputBytes === undefined && retries === undefined;
  return isNothing ? undefined : ownMeasuresOfTool(inputBytes, outputBytes, retries);
}

function ownMeasuresOfTool(inputBytes = 0, outputBytes = 0, retries = 0): ExecutionMeasures {
  return Object.assign(new ExecutionMeasures(), { inputBytes, outputBytes, retries });
}

export function measuresOfModel({ timeToFirstTokenMs }: ModelCallRecord): ExecutionMeasures | undefined {
  if (timeToFirstTokenMs === undefined) return undefined;
  return Object.assign(new ExecutionMeasures(), { firstChunkNs: toNanoseconds(timeToFirstTokenMs) });
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
    checkTokens('cacheWrite1hTokens', record.cacheWrite1hTokens) ??
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
