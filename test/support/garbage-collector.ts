import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Collects garbage until `isDone`. Finalizers run after a collection, in a task of their own; and what `isDone` looks at
 * through a WeakRef stays until its task has ended.
 */
export async function collectGarbageUntil(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !isDone(); round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
}
