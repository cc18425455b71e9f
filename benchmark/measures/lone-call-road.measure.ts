import { roadOf } from '../harness/call-road';
import type { MeasureFactory } from '../harness/measure';
import { ToolCalls } from '../harness/tool-calls';

/** So many that the history is full: from then on no entry is made. */
const WARM_UP_CALLS = 1_500;

/** The functions that a call of a tool walks through where no agent runs. */
export const prepare: MeasureFactory = (subject) => {
  const calls = new ToolCalls({ ...subject, runAgent: undefined });
  return {
    agree: () => calls.agree(1),
    warmUp: () => calls.run(WARM_UP_CALLS),
    round: () => roadOf((count) => calls.run(count)),
    finish: () => calls.finish(),
  };
};
