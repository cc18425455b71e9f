/** The middle one; between the two middle ones where there is none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** Figures of the same round, put together; rounds are compared with themselves, so that a slow moment cancels out. */
export function byRound(
  one: readonly number[],
  other: readonly number[],
  combine: (one: number, other: number) => number,
): number[] {
  return one.map((figure, round) => combine(figure, other[round]!));
}

/** Half of the figures lie within this fraction of the median. */
export function spread(figures: readonly number[]): number {
  const middle = median(figures);
  return median(figures.map((figure) => Math.abs(figure - middle))) / Math.abs(middle);
}
