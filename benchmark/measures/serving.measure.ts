import type { MeasureFactory } from '../harness/measure';

/** Serves requests; they are measured from outside. */
export const prepare: MeasureFactory = () => ({
  agree: async () => ({}),
  async warmUp() {},
  async round() {},
  async finish() {},
});
