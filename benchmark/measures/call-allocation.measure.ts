import { PerformanceObserver } from 'node:perf_hooks';
import type { MeasureFactory } from '../harness/measure';
import { ToolCalls } from '../harness/tool-calls';

/** Few enough for the young generation that the suite asks for, many enough to make a page's rounding small. */
const CALLS = 20_000;

/** Bytes that one awaited call of a tool allocates; none are collected while it counts. */
export const prepare: MeasureFactory = (subject, { scale, warmUpMs, roundMs }) => {
  const calls = new ToolCalls(subject);
  const collections = new PerformanceObserver(() => undefined);
  return {
    agree: () => calls.agree(scale * 3),
    warmUp: () => calls.warmUp(warmUpMs, roundMs),
    async round() {
      globalThis.gc!();
      collections.observe({ entryTypes: ['gc'] });
      const before = process.memoryUsage().heapUsed;
      await calls.run(CALLS);
      const bytes = process.memoryUsage().heapUsed - before;
      const collected = collections.takeRecords().length;
      collections.disconnect();
      if (collected > 0) throw new Error('The young generation is too small to count allocations.');
      return bytes / CALLS;
    },
    finish: () => calls.finish(),
  };
};
