/** What `ours` may be of `peer`: a fraction of its cost at most, or of its throughput at least. */
export interface Target {
  /** As the summary says it. */
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** A target and what came of it, as text. */
export interface Verdict {
  readonly what: string;
  readonly against: string;
  readonly measured: string;
  readonly target: string;
  readonly isMet: boolean;
}
