import { executionsIn, readNumbers } from '../harness/counted-numbers';
import { needed } from '../harness/measure';
import type { MeasureFactory } from '../harness/measure';
import { RepeatedWork } from '../harness/repeated-work';
import { durationMs, pairsOf } from '../harness/workload';

/** Nanoseconds to record one finished execution, with `scale` pairs in use. */
export const prepare: MeasureFactory = (subject, { scale, warmUpMs, roundMs }) => {
  const pairs = pairsOf(scale);
  const record = needed(subject.record?.bind(subject), 'record');
  const read = async () => readNumbers(await needed(subject.render?.bind(subject), 'render')());
  let next = 0;
  const work = new RepeatedWork((count) => {
    for (const end = next + count; next < end; next += 1) record(pairs[next % pairs.length]!, durationMs(next));
  });
  return {
    async agree() {
      await work.run(scale * 3);
      return read();
    },
    warmUp: () => work.warmUp(warmUpMs, roundMs),
    round: () => work.nanosecondsEach(),
    async finish() {
      const counted = executionsIn(await read());
      if (counted !== work.done) throw new Error(`Counted ${counted} of ${work.done} executions.`);
    },
  };
};
