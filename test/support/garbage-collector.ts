import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collects garbage until `isDone`; finalizers run after a collection, in a task of their own. */
export async function collectGarbageUntil(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !isDone(); round += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
