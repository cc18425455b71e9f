import type { Figures } from '../harness/compare';
import type { Effort } from '../harness/measure';

export type Unit = 'ns' | 'bytes' | 'ms' | 'requests/s';

/** How thoroughly everything is measured. */
export interface Thoroughness extends Effort {
  readonly rounds: number;
  readonly isQuick: boolean;
}

/** What `ours` may be of `peer`: a fraction of its cost at most, or of its throughput at least. */
export interface Target {
  /** As the summary says it. */
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One table of the results. */
export interface Result {
  readonly title: string;
  /** What was measured, and how. */
  readonly explanation: string;
  readonly unit: Unit;
  readonly figures: Figures;
  readonly targets: readonly Target[];
}

/** Something that is measured and reported together. */
export interface Suite {
  /** For `--only`. */
  readonly name: string;
  run(thoroughness: Thoroughness): Promise<Result[]>;
}
