import type { MeasureFactory } from '../harness/measure';
import { ToolCalls } from '../harness/tool-calls';

/** Nanoseconds that one awaited call of a tool takes. */
export const prepare: MeasureFactory = (subject, { scale, warmUpMs, roundMs }) => {
  const calls = new ToolCalls(subject);
  return {
    agree: () => calls.agree(scale * 3),
    warmUp: () => calls.warmUp(warmUpMs, roundMs),
    settle: () => calls.runRound(),
    round: () => calls.nanosecondsEach(),
    finish: () => calls.finish(),
  };
};
