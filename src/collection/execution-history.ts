import type { FinishedExecution } from './finished-execution';

/** The last `size` finished executions: a ring, so that adding one costs the same however many there were. */
export class ExecutionHistory {
  private readonly ring: FinishedExecution[] = [];
  private next = 0;

  constructor(private readonly size: number) {}

  add(execution: FinishedExecution): void {
    if (this.size === 0) return;
    this.ring[this.next] = execution;
    this.next = (this.next + 1) % this.size;
  }

  /** Newest first. */
  *newestFirst(): Generator<FinishedExecution> {
    for (let age = 1; age <= this.ring.length; age += 1) {
      yield this.ring[(this.next - age + this.ring.length) % this.ring.length]!;
    }
  }
}
