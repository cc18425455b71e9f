import { normaliseName } from '../../collection/executions/execution-name';
import type { Outcome } from '../../collection/executions/finished-execution';

export const SUCCESS: Outcome = { status: 'success', errorType: undefined };
export const CANCELLED: Outcome = { status: 'cancelled', errorType: undefined };

const TIMEOUT_CODES = new Set<unknown>(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNABORTED']);
const UNDICI_TIMEOUT = /^UND_ERR_.*_TIMEOUT$/;
const TIMEOUT_STATUSES = new Set<unknown>([408, 504]);
const ABORT_CODES = new Set<unknown>(['ABORT_ERR', 'ERR_CANCELED']);

/** Thrown to steer a LangGraph or a BullMQ worker, not because anything failed. */
const CONTROL_FLOW = new Set<unknown>([
  'GraphInterrupt',
  'DelayedError',
  'WaitingChildrenError',
  'WaitingError',
  'RateLimitError',
]);

/** An error's causes are followed this far, which also ends a cycle. */
const MAX_CAUSES = 8;

/** What anything thrown means: `timeout`, `cancelled` or `error`, and its type (never its message). */
export function classifyFailure(thrown: unknown): Outcome {
  const errorType = errorTypeOf(thrown);
  if (isTimeout(thrown)) return { status: 'timeout', errorType };
  return { status: isCancellation(thrown) ? 'cancelled' : 'error', errorType };
}

function isTimeout(thrown: unknown): boolean {
  let error = thrown;
  for (let depth = 0; depth <= MAX_CAUSES && isObject(error); depth += 1) {
    if (isTimeoutItself(error)) return true;
    error = read(error, 'cause');
  }
  return false;
}

function isTimeoutItself(error: object): boolean {
  const code = read(error, 'code');
  return (
    isNamed(error, 'TimeoutError') ||
    TIMEOUT_CODES.has(code) ||
    (typeof code === 'string' && UNDICI_TIMEOUT.test(code)) ||
    TIMEOUT_STATUSES.has(httpStatus(error))
  );
}

function isCancellation(thrown: unknown): boolean {
  if (!isObject(thrown)) return false;
  if (isNamed(thrown, 'AbortError') || ABORT_CODES.has(read(thrown, 'code'))) return true;
  // What LangGraph throws past its nodes on purpose: interrupts, and commands to a parent graph.
  if (read(thrown, 'is_bubble_up') === true) return true;
  // Model providers have a RateLimitError too; theirs carries the HTTP status and is a failure.
  return CONTROL_FLOW.has(read(thrown, 'name')) && httpStatus(thrown) === undefined;
}

/** Model SDKs have their own, some of which are named by their class alone: `APIConnectionTimeoutError`. */
function isNamed(error: object, suffix: string): boolean {
  return [read(error, 'name'), classNameOf(error)].some((name) => typeof name === 'string' && name.endsWith(suffix));
}

function classNameOf(error: object): unknown {
  const constructor = read(error, 'constructor');
  return typeof constructor === 'function' ? read(constructor, 'name') : undefined;
}

function httpStatus(error: object): number | undefined {
  const response = read(error, 'response');
  const candidates = [read(error, 'status'), read(error, 'statusCode'), isObject(response) && read(response, 'status')];
  return candidates.find((status): status is number => typeof status === 'number');
}

/** The class name, or the code where the name is just `Error` (`error` in pg). */
function errorTypeOf(thrown: unknown): string {
  if (!isObject(thrown)) return thrown === null ? 'null' : typeof thrown;
  const candidates = [read(thrown, 'name'), classNameOf(thrown), read(thrown, 'code')];
  const type = candidates.find((name) => typeof name === 'string' && !/^(?:error)?$/i.test(name));
  return typeof type === 'string' ? normaliseName(type) : 'Error';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Anything can be thrown, objects with throwing getters and revoked proxies included. */
function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}
