import type { Effort } from '../harness/measure';
import type { Section } from '../report/section';

/** How thoroughly everything is measured. */
export interface Thoroughness extends Effort {
  /** Of each contestant. */
  readonly processes: number;
  /** Of each process. */
  readonly rounds: number;
  readonly isQuick: boolean;
}

const LONG_WARM_UP_MS = 3_000;

/** For what V8 compiles late: after a thousand texts, or some hundred thousand calls. */
export function longWarmed(thoroughness: Thoroughness): Thoroughness {
  return thoroughness.isQuick ? thoroughness : { ...thoroughness, warmUpMs: LONG_WARM_UP_MS };
}

/** Something that is measured and reported together. */
export interface Suite {
  /** For `--only`. */
  readonly name: string;
  /** Left out by `--quick`, unless `--only` asks for it. */
  readonly isLong?: boolean;
  run(thoroughness: Thoroughness): Promise<Section[]>;
}
