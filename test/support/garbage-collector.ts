import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** All that nothing refers to, at once. */
export const collectGarbage = runInNewContext('gc') as () => void;

const tick = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Collects garbage until `isDone`. Not in the task in which that looked, since what it looked at lives as long; finalizers
 * run after a collection, in a task of their own.
 */
export async function collectGarbageUntil(isDone: () => boolean, rounds = 50): Promise<void> {
  for (let round = 0; round < rounds && !isDone(); round += 1) {
    await tick();
    collectGarbage();
    await tick();
  }
}
