/** The windows of trends, in seconds. Each has sixty slots. */
export const TREND_WINDOWS = { '1m': 60, '5m': 300, '15m': 900, '1h': 3_600 } as const;

/** How far back trends look, from now: `1m`, `5m`, `15m` or `1h`. */
export type TrendWindow = keyof typeof TREND_WINDOWS;

/** What ended within a window. */
export interface TrendFigures {
  /** Executions that ended, whatever their status. */
  readonly count: number;
  /** Count divided by the length of the window. */
  readonly ratePerSecond: number;
  /** Errors and timeouts divided by the count. */
  readonly errorRate: number;
  /** Mean duration. */
  readonly averageSeconds: number;
  /** Percentiles lie in the bucket of the exact ones. */
  readonly p50Seconds: number;
  /** 95 % took no longer. */
  readonly p95Seconds: number;
  /** 99 % took no longer. */
  readonly p99Seconds: number;
}

/** One slot of a window. Slots in which nothing ended are left out. */
export interface TrendPoint {
  /** When the slot begins, by the time of day. */
  readonly startTime: Date;
  /** Executions that ended in the slot. */
  readonly count: number;
  /** Those among them that ended with an error or a timeout. */
  readonly errors: number;
  /** 95 % of them took no longer. */
  readonly p95Seconds: number;
}

/** The course of one name over a window, beside the window before. */
export interface Trend extends TrendFigures {
  /** The window of the same length before this one. */
  readonly previous: TrendFigures;
  /** Where the p95 went by more than 10 %; nothing is said below ten executions in either window. */
  readonly change: 'up' | 'down' | 'flat' | 'insufficient_data';
  /** Oldest first. */
  readonly points: readonly TrendPoint[];
}

/** The course of everything over one window. */
export interface Trends {
  /** The window that was asked for. */
  readonly window: TrendWindow;
  /** Length of one slot: a sixtieth of the window. */
  readonly slotSeconds: number;
  /** Requests. */
  readonly system: Trend;
  /** By agent id. */
  readonly agents: Readonly<Record<string, Trend>>;
  /** By tool name, over all agents. */
  readonly tools: Readonly<Record<string, Trend>>;
}
