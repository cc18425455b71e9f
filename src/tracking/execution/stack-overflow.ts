/**
 * As many words of the stack as counting an execution takes at most, with room to spare: V8 compiles no function, as it may
 * have to for the first failure, with less than 40 kB left.
 */
const ROOM: readonly undefined[] = Array.from({ length: 8_192 }, () => undefined);

const MESSAGE = 'Maximum call stack size exceeded';

/** As V8 throws it. */
export function createOverflow(): RangeError {
  return new RangeError(MESSAGE);
}

/** Anything can be thrown; a proxy may refuse to be asked for its class. */
export function isStackOverflow(error: unknown): boolean {
  try {
    return error instanceof RangeError && error.message === MESSAGE;
  } catch {
    return false;
  }
}

/**
 * Whether enough of the stack is left to count an execution. Arguments take the same room however V8 has compiled the
 * function, unlike a recursion, which it makes flat.
 */
export function hasRoom(): boolean {
  try {
    takeRoom(...ROOM);
    return true;
  } catch {
    return false;
  }
}

function takeRoom(..._room: undefined[]): void {}
