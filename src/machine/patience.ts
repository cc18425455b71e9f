const STEPS = 10;

/**
 * Calls back after this time, unless cancelled. The time passes in steps: while this process itself hangs, one step passes at
 * most. A single timer would give up a process whose answer has arrived meanwhile and is not read yet.
 *
 * @returns what cancels it
 */
export function losePatienceAfter(milliseconds: number, callback: () => void): () => void {
  let left = STEPS;
  let timer: NodeJS.Timeout;
  const step = () => {
    left -= 1;
    if (left < 0) callback();
    else timer = setTimeout(step, milliseconds / STEPS);
  };
  step();
  return () => clearTimeout(timer);
}
