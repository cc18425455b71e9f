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
  if (!isObject(record)) return faultOf('record', record, OBJECT);
  if (!isName(record.agentId)) return faultOf('agentId', record.agentId, NAME);
  if (!isNameOrNone(record.agentName)) return faultOf('agentName', record.agentName, NAME);
  if (!isQuantity(record.durationMs)) return faultOf('durationMs', record.durationMs, QUANTITY);
  if (!isExecutionStatus(record.status)) return faultOf('status', record.status, STATUS);
  if (!isNameOrNone(record.errorType)) return faultOf('errorType', record.errorType, NAME);
  if (!isTimeOrNone(record.endTime)) return faultOf('endTime', record.endTime, TIME);
  return undefined;
}

export function findToolFault(record: ToolExecutionRecord): Fault {
  if (!isObject(record)) return faultOf('record', record, OBJECT);
  if (!isName(record.toolName)) return faultOf('toolName', record.toolName, NAME);
  if (!isNameOrNone(record.agentId)) return faultOf('agentId', record.agentId, NAME);
  if (!isQuantity(record.durationMs)) return faultOf('durationMs', record.durationMs, QUANTITY);
  if (!isExecutionStatus(record.status)) return faultOf('status', record.status, STATUS);
  if (!isNameOrNone(record.errorType)) return faultOf('errorType', record.errorType, NAME);
  if (!isQuantityOrNone(record.inputBytes)) return faultOf('inputBytes', record.inputBytes, QUANTITY);
  if (!isQuantityOrNone(record.outputBytes)) return faultOf('outputBytes', record.outputBytes, QUANTITY);
  if (!isQuantityOrNone(record.retries)) return faultOf('retries', record.retries, QUANTITY);
  if (!isTimeOrNone(record.endTime)) return faultOf('endTime', record.endTime, TIME);
  return undefined;
}

export function findModelFault(record: ModelCallRecord): Fault {
  if (!isObject(record)) return faultOf('record', record, OBJECT);
  if (!isName(record.model)) return faultOf('model', record.model, NAME);
  if (!isNameOrNone(record.provider)) return faultOf('provider', record.provider, NAME);
  if (!isNameOrNone(record.agentId)) return faultOf('agentId', record.agentId, NAME);
  if (!isStatusOrNone(record.status)) return faultOf('status', record.status, STATUS);
  if (!isQuantityOrNone(record.durationMs)) return faultOf('durationMs', record.durationMs, QUANTITY);
  if (!isQuantityOrNone(record.timeToFirstTokenMs))
    return faultOf('timeToFirstTokenMs', record.timeToFirstTokenMs, QUANTITY);
  if (!isNameOrNone(record.errorType)) return faultOf('errorType', record.errorType, NAME);
  if (!isTokensOrNone(record.inputTokens)) return faultOf('inputTokens', record.inputTokens, QUANTITY);
  if (!isTokensOrNone(record.outputTokens)) return faultOf('outputTokens', record.outputTokens, QUANTITY);
  if (!isTokensOrNone(record.cachedInputTokens))
    return faultOf('cachedInputTokens', record.cachedInputTokens, QUANTITY);
  if (!isTokensOrNone(record.cacheWriteTokens)) return faultOf('cacheWriteTokens', record.cacheWriteTokens, QUANTITY);
  if (!isTokensOrNone(record.cacheWrite1hTokens))
    return faultOf('cacheWrite1hTokens', record.cacheWrite1hTokens, QUANTITY);
  if (!isTokensOrNone(record.reasoningTokens)) return faultOf('reasoningTokens', record.reasoningTokens, QUANTITY);
  if (!isQuantityOrNone(record.costUsd)) return faultOf('costUsd', record.costUsd, QUANTITY);
  return undefined;
}

export function findCacheFault(cache: string | undefined): Fault {
  return isNameOrNone(cache) ? undefined : faultOf('cache', cache, NAME);
}

export function findMemoryFault(bytes: number): Fault {
  return isQuantity(bytes) ? undefined : faultOf('bytes', bytes, QUANTITY);
}

/** Below it, converting to nanoseconds cannot overflow. */
const MAX_QUANTITY = Number.MAX_SAFE_INTEGER;

const OBJECT = 'an object';
const NAME = 'a string that is not empty';
const QUANTITY = 'a number from 0 to 2^53 - 1';
const STATUS = `one of ${EXECUTION_STATUSES.join(', ')}`;
const TIME = 'a valid Date';

/** The checks and this are functions of their own because V8 inlines short functions only. */
function faultOf(field: string, value: unknown, allowed: string): RecordFault {
  return { field, value, allowed };
}

function isObject(record: unknown): boolean {
  return typeof record === 'object' && record !== null;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isNameOrNone(value: unknown): boolean {
  return value === undefined || isName(value);
}

function isQuantity(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MAX_QUANTITY;
}

function isQuantityOrNone(value: unknown): boolean {
  return value === undefined || isQuantity(value);
}

/** Providers report what they do not know as null, too. */
function isTokensOrNone(value: unknown): boolean {
  return value === null || isQuantityOrNone(value);
}

function isStatusOrNone(value: unknown): boolean {
  return value === undefined || isExecutionStatus(value);
}

function isTimeOrNone(value: unknown): boolean {
  return value === undefined || (value instanceof Date && isTime(value.getTime()));
}

/** Whether a `Date` can hold it; a class of the user's may say otherwise. */
function isTime(milliseconds: number): boolean {
  return Math.abs(milliseconds) <= MAX_TIME_MS;
}
