import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MeasureFactory } from '../harness/measure';

const ASKS_AT_ONCE = 4;

/** Serves whoever asks. A round tells the longest block of the event loop, in milliseconds, since the last one. */
export const prepare: MeasureFactory = ({ url }, { warmUpMs }) => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return {
    agree: async () => ({}),
    async warmUp() {
      const end = performance.now() + warmUpMs * ASKS_AT_ONCE;
      while (url !== undefined && performance.now() < end) {
        await Promise.all(Array.from({ length: ASKS_AT_ONCE }, () => fetch(url).then((response) => response.text())));
      }
    },
    async round() {
      const longestMs = delay.max / 1e6;
      delay.reset();
      return longestMs;
    },
    async finish() {
      delay.disable();
    },
  };
};
