import type { BudgetBook } from '../../collection/budgets/budget-book';
import type { FaultLog } from '../fault-log';
import { BudgetedModelCall } from './budgeted-model-call';
import { openAgentNames } from './execution-lineage';
import type { LiveExecution } from './live-execution';
import type { RunLimiter } from './run-limiter';

/** What a gate tells of calls. */
export interface CallGatePorts {
  readonly faults: FaultLog;
  /** A call that has begun may not run after all. */
  refused(call: LiveExecution, refusal: Error): void;
}

/** Decides which calls of tools and models may begin, by the limits of runs and by budgets. */
export class CallGate {
  constructor(
    private readonly limiter: RunLimiter | undefined,
    private readonly budgets: BudgetBook,
    private readonly ports: CallGatePorts,
  ) {}

  /**
   * What a call must not begin for. A part of a call that was refused is refused with it.
   *
   * @param canWait whether the caller waits for its `admission`
   */
  refusalOf(call: LiveExecution, whole: LiveExecution | undefined, canWait: boolean): Error | undefined {
    if (call.kind === 'agent') return undefined;
    try {
      if (whole !== undefined) return this.refusalOfPart(call, whole);
      return this.limiter?.refusalOf(call) ?? this.refusalOfBudgets(call, canWait);
    } catch (fault) {
      this.ports.faults.report('limit', fault);
      return undefined;
    }
  }

  private refusalOfPart(part: LiveExecution, whole: LiveExecution): Error | undefined {
    return this.limiter === undefined ? whole.refusal : this.limiter.refusalOfPart(part, whole);
  }

  /** A handle tells its holder, be it later. */
  private refusalOfBudgets(call: LiveExecution, canWait: boolean): Error | undefined {
    const { model, name, breakdownValue } = call;
    if (model === undefined || this.budgets.isEmpty) return undefined;
    const agents = openAgentNames<LiveExecution>(call.parent);
    const budgeted = new BudgetedModelCall(this.budgets, { model: name, agents, breakdown: breakdownValue });
    model.budgeted = budgeted;
    if (canWait || call.joined?.isBegunByHandle) {
      budgeted.reserve((refusal) => {
        if (model.budgeted === budgeted) this.ports.refused(call, refusal);
      });
    } else budgeted.reserveNow();
    return budgeted.refusal;
  }
}
