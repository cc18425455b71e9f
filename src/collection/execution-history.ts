import type { ExecutionEntry } from './execution-entry';
import { normaliseName } from './execution-name';
import type { ExecutionKind, ExecutionStatus } from './execution-status';

/** Which executions `getHistory` returns; what is left out filters nothing. */
export interface HistoryFilter {
  /** Only agents, only tools or only model calls. */
  readonly kind?: ExecutionKind;
  /** Only those of this agent: itself, its tools and its model calls. */
  readonly agentId?: string;
  /** Only this tool. */
  readonly toolName?: string;
  /** Only those that ended so. */
  readonly status?: ExecutionStatus;
  /** How many at most, the newest first. */
  readonly limit?: number;
}

/** The last `size` finished executions: a ring, so that adding one costs the same however many there were. */
export class ExecutionHistory {
  private readonly ring: ExecutionEntry[] = [];
  private next = 0;

  constructor(private readonly size: number) {}

  add(execution: ExecutionEntry): void {
    if (this.size === 0) return;
    this.ring[this.next] = execution;
    this.next = (this.next + 1) % this.size;
  }

  /** Newest first. */
  find({ kind, agentId, toolName, status, limit = Infinity }: HistoryFilter): ExecutionEntry[] {
    const wanted = {
      kind,
      agentId: agentId && normaliseName(agentId),
      toolName: toolName && normaliseName(toolName),
      status,
    };
    const found: ExecutionEntry[] = [];
    for (const entry of this.newestFirst()) {
      if (found.length >= limit) break;
      if (matches(entry, wanted)) found.push(entry);
    }
    return found;
  }

  private *newestFirst(): Generator<ExecutionEntry> {
    for (let age = 1; age <= this.ring.length; age += 1) {
      yield this.ring[(this.next - age + this.ring.length) % this.ring.length]!;
    }
  }
}

function matches(entry: ExecutionEntry, { kind, agentId, toolName, status }: HistoryFilter): boolean {
  return (
    (kind === undefined || entry.kind === kind) &&
    (agentId === undefined || entry.agentId === agentId) &&
    (toolName === undefined || (entry.kind === 'tool' && entry.name === toolName)) &&
    (status === undefined || entry.status === status)
  );
}
