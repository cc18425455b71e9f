import type { ExecutionEntry } from './execution-entry';

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
  *newestFirst(): Generator<ExecutionEntry> {
    for (let age = 1; age <= this.ring.length; age += 1) {
      yield this.ring[(this.next - age + this.ring.length) % this.ring.length]!;
    }
  }
}
