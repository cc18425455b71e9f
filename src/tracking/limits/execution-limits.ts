import { liveAgent } from '../execution/execution-lineage';
import type { LiveExecution } from '../execution/live-execution';
import type { ExecutionSpec } from '../wrapping/execution-spec';
import { Deadline } from './deadline';

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
  createDeadline(execution: LiveExecution): Deadline | undefined {
    const { spec, name, parent } = execution;
    const limitMs = this.limitOf(spec, name);
    const agent = spec.kind === 'tool' && this.sequenceMs !== Infinity ? liveAgent(parent) : undefined;
    if (limitMs === Infinity && agent === undefined) return undefined;
    return new Deadline(execution, limitMs, agent?.sequenceBudget(this.sequenceMs));
  }

  /** Milliseconds, Infinity for none. */
  private limitOf({ kind, timeoutMs }: ExecutionSpec, name: string): number {
    const { agentMs, toolMs } = this.timeouts;
    return (timeoutMs ?? (kind === 'agent' ? agentMs : (this.perTool.get(name) ?? toolMs))) || Infinity;
  }
}
