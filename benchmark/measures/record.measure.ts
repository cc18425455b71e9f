import type { MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';
import { RepeatedWork } from '../harness/repeated-work';

/** Nanoseconds to record one finished execution, with `scale` pairs in use. */
export const prepare: MeasureFactory = (subject, { scale, warmUpMs, roundMs }) => {
  const recorded = new RecordedPairs(subject, scale);
  const work = new RepeatedWork((count) => recorded.record(count));
  return {
    agree: () => recorded.agree(),
    warmUp: () => work.warmUp(warmUpMs, roundMs),
    settle: () => work.runRound(),
    round: () => work.nanosecondsEach(),
    finish: () => recorded.finish(),
  };
};
