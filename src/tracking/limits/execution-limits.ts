import type { ExecutionSpec } from '../declaring/execution-spec';
import { Deadline, type DeadlineOwner, type DeadlinePorts } from './deadline';
import type { SequenceBudget } from './sequence-budget';
import { SharedTimer, type SharedTimerPorts } from './shared-timer';

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
  /** For all tools of one agent execution together: the time during which at least one of them runs. */
  readonly sequenceMs?: number;
  /**
   * After how long without a sign of life an execution ends as cancelled that `start` or an adapter began, and how long work
   * that outlives its request still belongs to it. @default 600_000
   */
  readonly idleMs?: number;
  /** For tools by name, before `toolMs`. */
  readonly perTool?: Readonly<Record<string, number>>;
}

/** Finds the limit of an execution: its own, else that of its name, else that of its kind. */
export class ExecutionLimits {
  /** Whether the module has any. Asked before the rest: most applications have none. */
  readonly any: boolean;
  private readonly ports: DeadlinePorts;
  private readonly sequenceMs: number;
  private readonly perTool: ReadonlyMap<string, number>;

  constructor(
    private readonly timeouts: TimeoutOptions,
    ports: SharedTimerPorts,
  ) {
    this.ports = { ...ports, timer: new SharedTimer(ports) };
    const { agentMs, toolMs, sequenceMs, perTool = {} } = timeouts;
    this.sequenceMs = sequenceMs || Infinity;
    this.perTool = new Map(Object.entries(perTool));
    this.any = Boolean(agentMs || toolMs || sequenceMs) || this.perTool.size > 0;
  }

  /** The application has closed: nothing runs into a limit any more. */
  close(): void {
    this.ports.timer.close();
  }

  /** Of its own limit, and for a tool of the budget that it shares with the other tools of its agent. */
  createDeadline(execution: Limited, agent: BudgetOwner | undefined): Deadline | undefined {
    const { spec, name } = execution;
    if (spec.kind === 'model') return undefined;
    const limitMs = this.limitOf(spec, name);
    const budget =
      spec.kind === 'tool' && this.sequenceMs !== Infinity ? agent?.sequenceBudget(this.sequenceMs) : undefined;
    if (limitMs === Infinity && budget === undefined) return undefined;
    return new Deadline(execution, this.ports, limitMs, budget);
  }

  /** Milliseconds, Infinity for none. */
  private limitOf({ kind, timeoutMs }: ExecutionSpec, name: string): number {
    const { agentMs, toolMs } = this.timeouts;
    return (timeoutMs ?? (kind === 'agent' ? agentMs : (this.perTool.get(name) ?? toolMs))) || Infinity;
  }
}
