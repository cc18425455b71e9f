import { cpuNanoseconds } from '../harness/cpu-time';
import { needed, type MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';
import { RepeatedWork } from '../harness/repeated-work';

const PAIRS = 100;
const MEASURED = 5_000;

/** Nanoseconds to record one execution after `scale` others since all numbers were zero. */
export const prepare: MeasureFactory = (subject, { scale, warmUpMs, roundMs }) => {
  const recorded = new RecordedPairs(subject, PAIRS);
  const reset = needed(subject.reset?.bind(subject), 'reset');
  const work = new RepeatedWork((count) => recorded.record(count));
  return {
    agree: async () => ({}),
    warmUp: () => work.warmUp(warmUpMs, roundMs),
    async round() {
      reset();
      recorded.record(scale);
      return (await cpuNanoseconds(() => recorded.record(MEASURED))) / MEASURED;
    },
    async finish() {},
  };
};
