import type { ExecutionLimitError } from '../limits/execution-limit.error';
import { limitError, ReachedLimits, type AppliedLimit, type LimitedCall, type RunLimits } from '../limits/run-limits';
import { nearestOpenAgent } from './execution-lineage';
import type { LiveExecution } from './live-execution';

/** Refuses calls of runs that may spend no more. */
export class RunLimiter {
  /** @param onReached hears of each limit that a run reaches, once */
  constructor(
    private readonly limits: RunLimits,
    private readonly onReached: (run: LiveExecution, limit: AppliedLimit) => void,
  ) {}

  /**
   * What a call must not begin for. What is inside an agent draws on what is around it, so that each of them is asked, from
   * the inside out.
   */
  refusalOf(call: LiveExecution): ExecutionLimitError | undefined {
    const agent = nearestOpenAgent(call.parent);
    return agent && this.refusalIn(agent, { kind: call.kind, isRepeat: isRepeat(agent, call) });
  }

  /**
   * Of a part of a call that has begun. It may be the first to know what the call was given: what a handle has begun is refused
   * with it. A function goes on, and may answer with what it has used before.
   */
  refusalOfPart(part: LiveExecution, whole: LiveExecution): Error | undefined {
    if (whole.refusal !== undefined || whole.hashed !== undefined) return whole.refusal;
    const agent = nearestOpenAgent(whole.parent);
    const refusal = agent && this.refusalIn(agent, { kind: undefined, isRepeat: isRepeat(agent, part) });
    if (refusal !== undefined && whole.joined?.isBegunByHandle) whole.refuse(refusal);
    return refusal;
  }

  private refusalIn(agent: LiveExecution, call: LimitedCall): ExecutionLimitError | undefined {
    for (let run: LiveExecution | undefined = agent; run !== undefined; run = nearestOpenAgent(run.parent)) {
      const limit = this.limits.findStop(run, call);
      if (limit !== undefined) return this.stop(run, limit);
    }
    if (this.limits.anyReport) this.reportAround(agent, call);
    return undefined;
  }

  private reportAround(agent: LiveExecution, call: LimitedCall): void {
    for (let run: LiveExecution | undefined = agent; run !== undefined; run = nearestOpenAgent(run.parent))
      this.report(run, call);
  }

  private report(run: LiveExecution, call: LimitedCall): void {
    let limit: AppliedLimit | undefined;
    while ((limit = this.limits.findReport(run, call)) !== undefined) {
      reachedBy(run).reported.add(limit);
      this.onReached(run, limit);
    }
  }

  private stop(run: LiveExecution, limit: AppliedLimit): ExecutionLimitError {
    const error = limitError(limit, run);
    const reached = reachedBy(run);
    if (reached.stop !== undefined) return error;
    reached.stop = limit;
    this.onReached(run, limit);
    run.abandon(error);
    return error;
  }
}

function isRepeat({ innerCalls }: LiveExecution, { hashed }: LiveExecution): boolean {
  return hashed !== undefined && innerCalls.hasMade(hashed.hash);
}

function reachedBy({ spending }: LiveExecution): ReachedLimits {
  return (spending.reached ??= new ReachedLimits());
}
