import type { ExecutionSpec } from './execution-spec';

/** Limits in milliseconds; 0 is none. */
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
  readonly sequenceMs: number;
  private readonly perTool: ReadonlyMap<string, number>;

  constructor(private readonly timeouts: TimeoutOptions) {
    this.sequenceMs = timeouts.sequenceMs || Infinity;
    this.perTool = new Map(Object.entries(timeouts.perTool ?? {}));
  }

  /** Milliseconds, Infinity for none. */
  limitOf({ kind, timeoutMs }: ExecutionSpec, name: string): number {
    if (kind === 'model') return Infinity;
    const { agentMs, toolMs } = this.timeouts;
    return (timeoutMs ?? (kind === 'agent' ? agentMs : (this.perTool.get(name) ?? toolMs))) || Infinity;
  }
}
