/** A number of agent-tool pairs, and what their text may cost of prom-client's. */
export interface TextSize {
  readonly pairs: number;
  /** When everything is compiled. */
  readonly warmAtMost: number;
  /** In the first scrapes of a process. */
  readonly earlyAtMost: number;
}

export const TEXT_SIZES: readonly TextSize[] = [
  { pairs: 100, warmAtMost: 1 / 8, earlyAtMost: 1 },
  { pairs: 1_000, warmAtMost: 1 / 10, earlyAtMost: 1 / 4 },
  { pairs: 10_000, warmAtMost: 1 / 10, earlyAtMost: 1 / 4 },
];
