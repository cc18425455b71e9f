/** Frames that counting an execution takes at most, with room to spare. */
const FRAMES = 200;

/** Anything can be thrown; a proxy may refuse to be asked for its class. */
export function isStackOverflow(error: unknown): boolean {
  try {
    return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
  } catch {
    return false;
  }
}

/** Whether enough of the stack is left to count an execution. */
export function hasRoom(): boolean {
  try {
    return descend(FRAMES) === FRAMES;
  } catch {
    return false;
  }
}

function descend(frames: number): number {
  return frames === 0 ? 0 : 1 + descend(frames - 1);
}
