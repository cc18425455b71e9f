import type { ActiveSpan } from './active-span';
import type { Execution } from './execution';
import { type ExecutionMeasures, NOTHING_MEASURED } from './execution-measures';
import type { ExecutionKind, ExecutionStatus } from './execution-status';

/** Who an execution is. Ids are numbers within the application and become text only for those who read them. */
export interface ExecutionIdentity {
  readonly kind: ExecutionKind;
  /** The agent's id, the tool's or the model's name, as the caller has it: before any folding into `__other__`. */
  readonly name: string;
  /** Itself for an agent; undefined for what runs outside any. */
  readonly agentId: string | undefined;
  readonly serial: number;
  readonly parentSerial: number | undefined;
  /** The outermost agent's; its own for a request, undefined outside any agent. */
  readonly requestSerial: number | undefined;
}

/** How an execution ended, with the type of the error that ended it. */
export interface Outcome {
  readonly status: ExecutionStatus;
  /** The class name or the code; where there is none, a failure has one by its status. */
  readonly errorType: string | undefined;
  /** Only where the application has asked for messages to be kept. */
  readonly errorMessage?: string;
}

/** An execution at its end, tracked or recorded: who it is, and what was measured of it. */
export interface EndingExecution extends ExecutionIdentity {
  /** The active OpenTelemetry span. */
  readonly span: ActiveSpan | undefined;
  /** Undefined where nothing but its time was measured. */
  readonly measures: ExecutionMeasures | undefined;
  /**
   * Writes down when it ended and how long it took.
   *
   * @param now the present on the clock's scale
   * @param wallTime the same moment in milliseconds since 1970
   */
  writeTimes(finished: FinishedExecution, now: number, wallTime: number): void;
}

/**
 * One finished execution as it is counted and kept. The history lends it, and writes another execution into it when it
 * is the oldest: an entry is not made for each, and what is a number is one from the beginning, because it would be boxed
 * anew at each change otherwise. So whoever wants to keep one makes an `Execution` of it.
 */
export class FinishedExecution implements ExecutionIdentity {
  kind: ExecutionKind = 'tool';
  name = '';
  agentId: string | undefined = undefined;
  serial = 0;
  parentSerial: number | undefined = undefined;
  requestSerial: number | undefined = undefined;
  status: ExecutionStatus = 'success';
  errorType: string | undefined = undefined;
  /** Only where the application has asked for messages to be kept. */
  errorMessage: string | undefined = undefined;
  /** Milliseconds since 1970. */
  endTime = 0;
  /** NaN for a model call that nobody timed. */
  durationNs = NaN;
  /** Within start and end, and no part of the duration. */
  pausedNs = 0;
  measures: Readonly<ExecutionMeasures> = NOTHING_MEASURED;
  /** The active OpenTelemetry span. */
  span: ActiveSpan | undefined = undefined;

  /** An outermost agent. */
  get isRequest(): boolean {
    return this.requestSerial === this.serial;
  }
}

/** The latest time that a `Date` holds, in milliseconds since 1970; the earliest is as long before. */
export const MAX_TIME_MS = 8.64e15;

export const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

export function toNanoseconds(durationMs: number): number {
  return Math.round(durationMs * NS_PER_MS);
}

/** What a failure without a type of its own is counted as. */
export function defaultErrorType(status: ExecutionStatus): string | undefined {
  if (status === 'timeout') return 'TimeoutError';
  return status === 'error' ? 'Error' : undefined;
}

/** Ids are unique across processes through the prefix, which belongs to the application's instance. */
export function executionId(prefix: string, serial: number): string;
export function executionId(prefix: string, serial: number | undefined): string | undefined;
export function executionId(prefix: string, serial: number | undefined): string | undefined {
  return serial === undefined ? undefined : `${prefix}-${serial.toString(36)}`;
}

export function toExecution(finished: FinishedExecution, idPrefix: string): Execution {
  const durationNs = Number.isNaN(finished.durationNs) ? 0 : finished.durationNs;
  const durationMs = durationNs / NS_PER_MS;
  const { inputBytes, outputBytes, retries, chunks, firstChunkNs } = finished.measures;
  return {
    id: executionId(idPrefix, finished.serial),
    parentId: executionId(idPrefix, finished.parentSerial),
    requestId: executionId(idPrefix, finished.requestSerial),
    kind: finished.kind,
    agentId: finished.agentId,
    toolName: finished.kind === 'tool' ? finished.name : undefined,
    model: finished.kind === 'model' ? finished.name : undefined,
    status: finished.status,
    success: finished.status === 'success',
    timedOut: finished.status === 'timeout',
    error: finished.errorMessage,
    errorType: finished.errorType,
    // What is said to have taken longer than there is time began with it.
    startTime: new Date(Math.max(-MAX_TIME_MS, finished.endTime - durationMs - finished.pausedNs / NS_PER_MS)),
    endTime: new Date(finished.endTime),
    durationMs,
    durationSeconds: durationNs / NS_PER_SECOND,
    inputBytes,
    outputBytes,
    retries,
    chunks,
    timeToFirstChunkSeconds: Number.isNaN(firstChunkNs) ? undefined : firstChunkNs / NS_PER_SECOND,
    traceId: finished.span?.traceId,
  };
}
