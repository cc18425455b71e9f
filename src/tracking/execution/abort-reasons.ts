/** Why a signal aborts when the reader of a stream stops early. */
export function earlyStop(): DOMException {
  return new DOMException('The consumer stopped early.', 'AbortError');
}

/** Why it aborts when the client of a handler has gone. */
export function clientLeft(): DOMException {
  return new DOMException('The client left before the response ended.', 'AbortError');
}

/** Why it aborts when a handle ends the execution so. */
export function endedEarly(status: 'cancelled' | 'timeout'): DOMException {
  return status === 'cancelled'
    ? new DOMException('The execution was cancelled.', 'AbortError')
    : new DOMException('The execution ran out of time.', 'TimeoutError');
}
