import { roadOf } from '../harness/call-road';
import type { MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';

const WARM_UP_RECORDS = 500;

/** The functions that recording a finished execution walks through. */
export const prepare: MeasureFactory = (subject, { scale }) => {
  const recorded = new RecordedPairs(subject, scale);
  return {
    agree: () => recorded.agree(),
    warmUp: async () => recorded.record(WARM_UP_RECORDS),
    round: () => roadOf((count) => recorded.record(count)),
    finish: () => recorded.finish(),
  };
};
