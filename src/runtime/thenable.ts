/** @throws where `then` cannot even be read */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as PromiseLike<unknown>).then === 'function';
}

/**
 * What a function of the user's returned may be a promise, or anything else with a `then`, whose rejection would be unhandled and
 * end the process: it goes to `onRejected`. Tells whether it was one.
 *
 * @throws where `then` cannot even be read
 */
export function catchRejection(answer: unknown, onRejected: (fault: unknown) => void): boolean {
  if (!isThenable(answer)) return false;
  // A promise of its own: a `then` that throws rejects it, too.
  new Promise((resolve) => resolve(answer)).catch(onRejected);
  return true;
}
