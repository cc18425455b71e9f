/** What the processes of a contestant measured: of each a figure a round. */
export type Samples = readonly (readonly number[])[];

/** A figure, and what the processes that are farthest from it measured. */
export interface Range {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The figure below which this share of all figures lies; between two where none lies there. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}

export function median(figures: readonly number[]): number {
  return percentile(figures, 0.5);
}

/**
 * The median of the processes' medians, between the least and the greatest of them. Of six processes these two enclose
 * the median of all possible processes with a probability of 97 %: 1 - 2 * 0.5 ** 6.
 */
export function rangeOf(samples: Samples): Range {
  const medians = samples.map(median);
  return { median: median(medians), least: Math.min(...medians), most: Math.max(...medians) };
}

/** Figures of the same round, put together; rounds are compared with themselves, so that a slow moment cancels out. */
export function byRound(one: Samples, other: Samples, combine: (one: number, other: number) => number): Samples {
  return one.map((rounds, process) => rounds.map((figure, round) => combine(figure, other[process]![round]!)));
}

export const ratioOf = (one: Samples, other: Samples) => rangeOf(byRound(one, other, (a, b) => a / b));

export const differenceOf = (one: Samples, other: Samples) => rangeOf(byRound(one, other, (a, b) => a - b));
