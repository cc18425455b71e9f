import { profileLayers } from '../harness/layer-profile';
import type { MeasureFactory } from '../harness/measure';
import { ToolCalls } from '../harness/tool-calls';

/** How many samples of tracked calls fall into each layer. */
export const prepare: MeasureFactory = (subject, { scale, warmUpMs, roundMs }) => {
  const calls = new ToolCalls(subject);
  return {
    agree: () => calls.agree(scale * 3),
    warmUp: () => calls.warmUp(warmUpMs, roundMs),
    round: () => profileLayers(() => calls.runRound()),
    finish: () => calls.finish(),
  };
};
