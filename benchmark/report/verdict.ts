import { byRound, median } from '../harness/statistics';
import type { Result, Target } from '../suites/suite';

/** A target and what came of it. */
export interface Verdict {
  readonly target: Target;
  /** Ours over the peer's, the median over rounds. */
  readonly ratio: number;
  readonly isMet: boolean;
}

/** Ours over another's, round by round; the median. */
export function ratioOf({ figures }: Result, ours: string, peer: string): number {
  return median(byRound(figures.get(ours)!, figures.get(peer)!, (one, other) => one / other));
}

export function judge(result: Result): Verdict[] {
  return result.targets.map((target) => {
    const ratio = ratioOf(result, target.ours, target.peer);
    const { atMost = Infinity, atLeast = -Infinity } = target;
    return { target, ratio, isMet: ratio <= atMost && ratio >= atLeast };
  });
}
