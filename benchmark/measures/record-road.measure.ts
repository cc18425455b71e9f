import { roadOf } from '../harness/call-road';
import type { MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';

/** So many that the history is full: from then on no entry is made. */
const WARM_UP_RECORDS = 1_500;

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
