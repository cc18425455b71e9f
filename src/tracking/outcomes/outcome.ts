import type { Outcome } from '../../collection/executions/finished-execution';
import { attemptsOf, withCauses } from './error-causes';
import { classNameOf, isObject, readField } from './error-fields';
import { errorTypeOf } from './error-type';
import { isPrematureClose } from './premature-close';

export const SUCCESS: Outcome = { status: 'success', errorType: undefined };
export const CANCELLED: Outcome = { status: 'cancelled', errorType: undefined };

const TIMEOUT_CODES = new Set<unknown>(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNABORTED']);
const UNDICI_TIMEOUT = /^UND_ERR_.*_TIMEOUT$/;
const TIMEOUT_STATUSES = new Set<unknown>([408, 504]);
const ABORT_CODES = new Set<unknown>(['ABORT_ERR', 'ERR_CANCELED']);

/** Thrown to steer a LangGraph or a BullMQ worker, not because anything failed. */
const CONTROL_FLOW = new Set<unknown>(['GraphInterrupt', 'DelayedError', 'WaitingChildrenError', 'WaitingError']);

/** With which BullMQ tells its own RateLimitError from those of providers and clients, which are failures. */
const BULLMQ_RATE_LIMIT = 'bullmq:rateLimitExceeded';

/** What anything thrown means: `timeout`, `cancelled` or `error`, and its type (never its message). */
export function classifyFailure(thrown: unknown): Outcome {
  const failure = { errorType: errorTypeOf(thrown), httpStatus: httpStatusOf(thrown) };
  if (isTimeout(thrown)) return { status: 'timeout', ...failure };
  return { status: isCancellation(thrown) ? 'cancelled' : 'error', ...failure };
}

/** The first that an error or one of its causes carries. What is no HTTP status, an exit code for example, is none. */
function httpStatusOf(thrown: unknown): number | undefined {
  for (const error of withCauses(thrown)) {
    const status = httpStatus(error);
    if (status !== undefined && Number.isInteger(status) && status >= 100 && status <= 599) return status;
  }
  return undefined;
}

/**
 * Also where a timeout is only one of several errors of an `AggregateError`: each of them had a part in the failure, and this
 * one says that more time could have helped.
 */
function isTimeout(thrown: unknown): boolean {
  for (const error of withCauses(thrown)) if (isTimeoutItself(error)) return true;
  return false;
}

function isTimeoutItself(error: object): boolean {
  const code = readField(error, 'code');
  return (
    isNamed(error, 'TimeoutError') ||
    TIMEOUT_CODES.has(code) ||
    (typeof code === 'string' && UNDICI_TIMEOUT.test(code)) ||
    TIMEOUT_STATUSES.has(httpStatus(error)) ||
    // A process that execa has killed.
    readField(error, 'timedOut') === true ||
    isCockatielTimeout(error)
  );
}

/** cockatiel has one class for tasks that were cancelled and those that ran out of time; only its message tells them apart. */
function isCockatielTimeout(error: object): boolean {
  if (readField(error, 'isTaskCancelledError') !== true) return false;
  const message = readField(error, 'message');
  return typeof message === 'string' && message.startsWith('Operation timed out');
}

/** Of several errors, only where all of them are cancellations: any other would have failed without them. */
function isCancellation(thrown: unknown): boolean {
  if (!isObject(thrown)) return false;
  if (isCancellationItself(thrown)) return true;
  const attempts = attemptsOf(thrown);
  return attempts.length > 0 && attempts.every((attempt) => isObject(attempt) && isCancellationItself(attempt));
}

function isCancellationItself(error: object): boolean {
  if (isNamed(error, 'AbortError') || ABORT_CODES.has(readField(error, 'code'))) return true;
  if (isPrematureClose(error)) return true;
  // A process of execa's, a request of got's, a task of cockatiel's.
  if (readField(error, 'isCanceled') === true || readField(error, 'isTaskCancelledError') === true) return true;
  // What LangGraph throws past its nodes on purpose: interrupts, and commands to a parent graph.
  if (readField(error, 'is_bubble_up') === true) return true;
  return CONTROL_FLOW.has(readField(error, 'name')) || readField(error, 'message') === BULLMQ_RATE_LIMIT;
}

/** Model SDKs have their own, some of which are named by their class alone: `APIConnectionTimeoutError`. */
function isNamed(error: object, suffix: string): boolean {
  return [readField(error, 'name'), classNameOf(error)].some(
    (name) => typeof name === 'string' && name.endsWith(suffix),
  );
}

/** The error's own, else that of the response that it carries. */
function httpStatus(error: object): number | undefined {
  const response = readField(error, 'response');
  return [error, response]
    .filter(isObject)
    .flatMap((source) => [readField(source, 'status'), readField(source, 'statusCode')])
    .find((status): status is number => typeof status === 'number');
}
