import type { MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';

/** Serves `scale` pairs, each of which counts something before a round; what is measured is measured from outside. */
export const prepare: MeasureFactory = (subject, { scale }) => {
  const recorded = new RecordedPairs(subject, scale);
  return {
    agree: () => recorded.agree(),
    async warmUp() {},
    async round() {
      recorded.record(scale);
    },
    finish: () => recorded.finish(),
  };
};
