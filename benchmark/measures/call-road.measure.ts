import { roadOf } from '../harness/call-road';
import { needed, type MeasureFactory } from '../harness/measure';
import { ToolCalls } from '../harness/tool-calls';

/** So many that the history is full: from then on no entry is made. */
const WARM_UP_CALLS = 1_500;

/** The functions that a call of a tool walks through in an agent, which runs around all of the calls. */
export const prepare: MeasureFactory = (subject) => {
  const runAgent = needed(subject.runAgent?.bind(subject), 'run agents');
  const calls = new ToolCalls({ ...subject, runAgent: undefined });
  return {
    agree: () => runAgent(() => calls.agree(1)),
    warmUp: () => runAgent(() => calls.run(WARM_UP_CALLS)),
    round: () => runAgent(() => roadOf((count) => calls.run(count))),
    finish: () => calls.finish(),
  };
};
