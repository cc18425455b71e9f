import { setImmediate } from 'node:timers/promises';
import type { MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';

/** Enough to fill every ring that has a fixed size, and to compile what runs. */
const BEFORE = 5_000;

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

/** Bytes that each of `scale` new pairs keeps, after three executions of each and a scrape. Measured once. */
export const prepare: MeasureFactory = (subject, { scale }) => {
  const earlier = { agent: 'agent', tool: 'tool' };
  const recorded = new RecordedPairs(subject, scale);
  return {
    // What counts the same numbers is seen when rendering is measured; here it would count before it is to.
    agree: async () => ({}),
    async warmUp() {
      for (let i = 0; i < BEFORE; i += 1) subject.record!(earlier, 1);
      await recorded.render();
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
