import { roadOf } from '../harness/call-road';
import type { MeasureFactory } from '../harness/measure';
import { ToolCalls } from '../harness/tool-calls';

const WARM_UP_CALLS = 500;

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
