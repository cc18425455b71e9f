import type { ExecutionSpec } from '../declaring/execution-spec';
import { Deadline, type DeadlineOwner } from './deadline';
import type { SequenceBudget } from './sequence-budget';

/** Whose tools have a budget together. */
interface BudgetOwner {
  sequenceBudget(limitMs: number): SequenceBudget;
}

interface Limited extends DeadlineOwner {
  readonly spec: ExecutionSpec;
  readonly name: string;
}

/**
 * Limits in milliseconds; 0 is none.
 *
 * @example
 * timeouts: { agentMs: 120_000, toolMs: 10_000, perTool: { browser: 60_000 } }
 */
export interface TimeoutOptions {
  /** For agents without a limit of their own. */
  readonly agentMs?: number;
  /** For tools without a limit of their own. */
  readonly toolMs?: number;
  /** What the tools of one agent execution have together: the time during which at least one of them runs. */
  readonly sequenceMs?: number;
  /** For tools by name, before `toolMs`. */
  readonly perTool?: Readonly<Record<string, number>>;
}

/** Finds the limit of an execution: its own, else that of its name, else that of its kind. */
export class ExecutionLimits {
  private readonly sequenceMs: number;
  private readonly perTool: ReadonlyMap<string, number>;
  private readonly limitsTools: boolean;

  constructor(private readonly timeouts: TimeoutOptions) {
    this.sequenceMs = timeouts.sequenceMs || Infinity;
    this.perTool = new Map(Object.entries(timeouts.perTool ?? {}));
    this.limitsTools = Boolean(timeouts.toolMs) || this.perTool.size > 0 || this.sequenceMs !== Infinity;
  }

  /** False where no name can make a difference: most applications have no limits, and most calls need no look at them. */
  mayLimit({ kind, timeoutMs }: ExecutionSpec): boolean {
    if (kind === 'model') return false;
    return Boolean(timeoutMs) || (kind === 'agent' ? Boolean(this.timeouts.agentMs) : this.limitsTools);
  }

  /** Of its own limit, and for a tool of the budget that it shares with the other tools of its agent. */
  createDeadline(execution: Limited, agent: BudgetOwner | undefined): Deadline | undefined {
    const { spec, name } = execution;
    const limitMs = this.limitOf(spec, name);
    const budget =
      spec.kind === 'tool' && this.sequenceMs !== Infinity ? agent?.sequenceBudget(this.sequenceMs) : undefined;
    if (limitMs === Infinity && budget === undefined) return undefined;
    return new Deadline(execution, limitMs, budget);
  }

  /** Milliseconds, Infinity for none. */
  private limitOf({ kind, timeoutMs }: ExecutionSpec, name: string): number {
    const { agentMs, toolMs } = this.timeouts;
    return (timeoutMs ?? (kind === 'agent' ? agentMs : (this.perTool.get(name) ?? toolMs))) || Infinity;
  }
}
