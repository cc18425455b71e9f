import { setImmediate } from 'node:timers/promises';
import { needed, type MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';
import type { Pair } from '../harness/subject';
import { pairsOf } from '../harness/workload';

/**
 * What happens before, with other agents: enough to fill every ring that has a fixed size, and often enough to compile
 * what runs, which would count as memory of the pairs otherwise.
 */
const REHEARSALS = 10;
const REHEARSED_PAIRS = 500;

/** V8 drops what it had kept for start-up only after some collections; a reading may include a page that is not in use. */
const READINGS = 24;

/** Bytes in use, typed arrays included. */
async function bytesInUse(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < READINGS; i += 1) {
    globalThis.gc!();
    await setImmediate();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

/** Pairs that are no other rehearsal's, nor those that are measured. */
function rehearsedPairs(rehearsal: number): Pair[] {
  return pairsOf(REHEARSED_PAIRS).map(({ agent, tool }) => ({ agent: `${agent}-of-${rehearsal}`, tool }));
}

/** Bytes that each of `scale` new pairs keeps, after three executions of each and a scrape. Measured once. */
export const prepare: MeasureFactory = (subject, { scale }) => {
  const record = needed(subject.record?.bind(subject), 'record');
  const recorded = new RecordedPairs(subject, scale);
  return {
    // What counts the same numbers is seen when rendering is measured; here it would count before it is to.
    agree: async () => ({}),
    async warmUp() {
      for (let i = 0; i < REHEARSALS; i += 1) {
        for (const pair of rehearsedPairs(i)) record(pair, 1);
        await recorded.render();
      }
      await bytesInUse();
    },
    async round() {
      const before = await bytesInUse();
      recorded.record(scale * 3);
      await recorded.render();
      return ((await bytesInUse()) - before) / scale;
    },
    async finish() {},
  };
};
