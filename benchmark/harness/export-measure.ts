import { cpuNanoseconds } from './cpu-time';
import type { Measure, MeasureParams } from './measure';
import { RecordedPairs } from './recorded-pairs';
import type { Subject } from './subject';

/**
 * Nanoseconds to write out `scale` pairs. Each of them counts something before each time, as it would between two
 * scrapes: what has been written before cannot be written again.
 */
export function measureExport(
  subject: Subject,
  { scale, warmUpMs, roundMs }: MeasureParams,
  write: () => unknown,
): Measure {
  const recorded = new RecordedPairs(subject, scale);
  let perRound = 1;
  const once = () => {
    recorded.record(scale);
    return cpuNanoseconds(write);
  };
  return {
    agree: () => recorded.agree(),
    async warmUp() {
      const end = performance.now() + warmUpMs;
      let nanoseconds = Infinity;
      do nanoseconds = await once();
      while (performance.now() < end);
      perRound = Math.max(1, Math.round((roundMs * 1e6) / nanoseconds));
    },
    settle: once,
    async round() {
      let nanoseconds = 0;
      for (let i = 0; i < perRound; i += 1) nanoseconds += await once();
      return nanoseconds / perRound;
    },
    finish: () => recorded.finish(),
  };
}
