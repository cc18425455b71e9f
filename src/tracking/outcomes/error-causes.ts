import { isObject, readField, readItems } from './error-fields';

/** How many errors are looked at for the one that was thrown. */
const MAX_ERRORS = 32;

/** What is thrown, and everything in it that says why, nearest first. A cycle ends where it began. */
export function withCauses(thrown: unknown): Iterable<object> {
  const errors = new Set<object>(isObject(thrown) ? [thrown] : []);
  // A set also goes through what is added to it on the way.
  for (const error of errors) {
    for (const cause of causesOf(error)) if (isObject(cause) && errors.size < MAX_ERRORS) errors.add(cause);
  }
  return errors;
}

/**
 * The errors that an error groups: those of an `AggregateError`; of the AI SDK's `RetryError`, which has them too, only the last
 * attempt's, because that one decided.
 */
export function attemptsOf(error: object): unknown[] {
  const last = readField(error, 'lastError');
  return isObject(last) ? [last] : readItems(readField(error, 'errors'), MAX_ERRORS);
}

function causesOf(error: object): unknown[] {
  return [readField(error, 'cause'), readField(error, 'reason'), ...attemptsOf(error), abortReasonOf(error)];
}

/** axios keeps no cause of a request that was aborted, but the signal that aborted it. */
function abortReasonOf(error: object): unknown {
  if (readField(error, 'code') !== 'ERR_CANCELED') return undefined;
  const config = readField(error, 'config');
  const signal = isObject(config) ? readField(config, 'signal') : undefined;
  return isObject(signal) ? readField(signal, 'reason') : undefined;
}
