import type { CallUsage } from '../models/call-usage';
import type { ActiveSpan } from './active-span';
import { type ExecutionMeasures, NOTHING_MEASURED } from './execution-measures';
import type { ExecutionKind, ExecutionStatus } from './execution-status';
import type { RunTotals } from './run-totals';

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
  /** The value of the option `breakdown` to which its request belongs, if there is one. */
  readonly breakdownValue: string | undefined;
}

/** An execution in progress. */
export interface OpenExecution extends ExecutionIdentity {
  /** On the clock's scale. */
  readonly startedAt: number;
}

/** How an execution ended, with the type of the error that ended it. */
export interface Outcome {
  readonly status: ExecutionStatus;
  /** The class name or the code; where there is none, a failure has one by its status. */
  readonly errorType: string | undefined;
  /** The HTTP status that the error carries, or one of its causes. */
  readonly httpStatus?: number;
  /** Only where the application has asked for messages to be kept. */
  readonly errorMessage?: string;
}

/** An execution at its end, tracked or recorded: who it is, and what was measured of it. */
export interface EndingExecution extends ExecutionIdentity {
  /** The active OpenTelemetry span. */
  readonly span: ActiveSpan | undefined;
  /** Undefined where nothing but its time was measured. */
  readonly measures: ExecutionMeasures | undefined;
  /** Who serves the model. */
  readonly provider: string | undefined;
  /** Of a model call; undefined where nothing was reported. */
  readonly usage: CallUsage | undefined;
  /** Of an agent; undefined where it has called nothing. */
  readonly totals: RunTotals | undefined;
  /** When it began, on the clock's scale; undefined for one that was measured elsewhere and never was in progress. */
  readonly startedAt?: number;
  /** Of a tool whose arguments were looked at: whether its agent had called it with equal ones before. */
  readonly hashed?: { readonly isRepeated: boolean } | undefined;
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
 * is the oldest, instead of making one for each. Its numbers are numbers from the beginning, because V8 would box them anew
 * at each change otherwise. To keep one, make an `Execution` of it or set `isKept`.
 */
export class FinishedExecution implements ExecutionIdentity {
  kind: ExecutionKind = 'tool';
  name = '';
  agentId: string | undefined = undefined;
  serial = 0;
  parentSerial: number | undefined = undefined;
  requestSerial: number | undefined = undefined;
  breakdownValue: string | undefined = undefined;
  status: ExecutionStatus = 'success';
  errorType: string | undefined = undefined;
  httpStatus: number | undefined = undefined;
  /** Only where the application has asked for messages to be kept. */
  errorMessage: string | undefined = undefined;
  provider: string | undefined = undefined;
  usage: CallUsage | undefined = undefined;
  totals: RunTotals | undefined = undefined;
  /** When it began, on the clock's scale; not kept of a record outside any request. */
  startedAt = NaN;
  /** Milliseconds since 1970. */
  endTime = 0;
  /** NaN for a model call without a duration. */
  durationNs = NaN;
  /** Within start and end, and no part of the duration. */
  pausedNs = 0;
  measures: Readonly<ExecutionMeasures> = NOTHING_MEASURED;
  /** The active OpenTelemetry span. */
  span: ActiveSpan | undefined = undefined;
  /** Whether a request holds it: nothing else is written into it then. */
  isKept = false;
  /** The step that this request kept before it: a list of their own would be made and grown for each request. */
  keptBefore: FinishedExecution | undefined = undefined;

  /** An outermost agent. */
  get isRequest(): boolean {
    return this.requestSerial === this.serial;
  }
}

/** The latest time that a `Date` holds, in milliseconds since 1970; the earliest is as long before. */
export const MAX_TIME_MS = 8.64e15;

export const NS_PER_MS = 1e6;
export const NS_PER_SECOND = 1e9;

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

/** The serial in an id; undefined for one of another application, and for what is no id. */
export function serialOf(prefix: string, id: string): number | undefined {
  const serial = parseInt(id.slice(prefix.length + 1), 36);
  return executionId(prefix, serial) === id ? serial : undefined;
}
