import type { Ledger } from '../../collection/ledger';
import type { LabelSet } from '../../collection/series/label-set';
import { LinkedList } from '../../runtime/linked-list';
import type { LiveExecution } from './live-execution';

/** The executions of one application that are in progress, the oldest first. */
export class RunningExecutions extends LinkedList<LiveExecution> {
  /** Of those that the ledger counts: what began before a reset, or while recording was switched off, is in no gauge. */
  oldestAgesMs(ledger: Ledger, now: number): ReadonlyMap<LabelSet, number> {
    const ages = new Map<LabelSet, number>();
    for (const execution of this.list()) {
      const { series, startedAt } = execution;
      if (series === undefined || execution.ledger !== ledger || ages.has(series)) continue;
      ages.set(series, Math.max(0, now - startedAt));
    }
    return ages;
  }

  /** How many of each series wait on a human. */
  pausedCounts(ledger: Ledger): ReadonlyMap<LabelSet, number> {
    const counts = new Map<LabelSet, number>();
    for (const execution of this.list()) {
      const { series, isPaused } = execution;
      if (series === undefined || execution.ledger !== ledger || !isPaused) continue;
      counts.set(series, (counts.get(series) ?? 0) + 1);
    }
    return counts;
  }
}
