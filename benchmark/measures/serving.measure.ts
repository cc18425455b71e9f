import type { MeasureFactory } from '../harness/measure';

const ASKS_AT_ONCE = 4;

/** Serves whoever asks; what is measured is measured from outside. */
export const prepare: MeasureFactory = ({ url }, { warmUpMs }) => ({
  agree: async () => ({}),
  async warmUp() {
    const end = performance.now() + warmUpMs * ASKS_AT_ONCE;
    while (url !== undefined && performance.now() < end) {
      await Promise.all(Array.from({ length: ASKS_AT_ONCE }, () => fetch(url).then((response) => response.text())));
    }
  },
  async round() {},
  async finish() {},
});
