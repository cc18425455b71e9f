/** The windows of trends, in seconds. Each has sixty slots. */
export const TREND_WINDOWS = { '1m': 60, '5m': 300, '15m': 900, '1h': 3_600 } as const;

/** How far back trends look, from now: `1m`, `5m`, `15m` or `1h`. */
export type TrendWindow = keyof typeof TREND_WINDOWS;

/** Which trends are asked for. */
export interface TrendsOptions {
  /** How far back they look. @default '15m' */
  readonly window?: TrendWindow;
  /** Only the agents, tools and models of these names; unknown ones are left out. @default all */
  readonly names?: readonly string[];
  /** `false` leaves `points` empty, which makes the rest much smaller. @default true */
  readonly points?: boolean;
}

/** What ended within a window. */
export interface TrendFigures {
  /** Executions that ended, whatever their status. */
  readonly count: number;
  /** Count divided by the seconds that are covered, at least one; in `previous` by the length of the window. */
  readonly ratePerSecond: number;
  /** Errors and timeouts divided by the count. */
  readonly errorRate: number;
  /** Mean duration, as the percentiles of the executions whose duration is known. */
  readonly averageSeconds: number;
  /** Percentiles lie in the bucket of the exact ones. */
  readonly p50Seconds: number;
  /** 95 % took no longer. */
  readonly p95Seconds: number;
  /** 99 % took no longer. */
  readonly p99Seconds: number;
}

/** What model calls used up. An agent's are those that it made itself, the system's are all. */
export interface TrendUsage {
  /** Input plus output. */
  readonly tokens: number;
  /** US dollars, of the calls whose cost is known; each counts to the billionth of a dollar. */
  readonly costUsd: number;
}

/** One slot of a window. Slots in which nothing ended and nothing was used up are left out. */
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

/** One slot of an agent or a model. */
export interface UsageTrendPoint extends TrendPoint, TrendUsage {}

/** One slot of the application. None is left out since the start or the last reset. */
export interface SystemTrendPoint extends UsageTrendPoint {
  /** Half of the requests that ended in the slot took no longer. */
  readonly p50Seconds: number;
  /** 99 % of them took no longer. */
  readonly p99Seconds: number;
  /** The last reading of memory by the end of the slot; 0 before the first. */
  readonly memoryUsageBytes: number;
  /** Look-ups in the slot that found something, over all caches. */
  readonly cacheHits: number;
  /** Look-ups in the slot that found nothing, over all caches. */
  readonly cacheMisses: number;
  /** Requests that ran at the end of the slot. */
  readonly requestsInProgress: number;
}

/** The direction in which the p95 changed by more than 10 %; unknown with fewer than ten durations in either window. */
export type TrendChange = 'up' | 'down' | 'flat' | 'insufficient_data';

/** The course of one tool over a window, beside the window before. */
export interface Trend extends TrendFigures {
  /** The window of the same length before this one; null unless the process ran during all of it, without a reset. */
  readonly previous: TrendFigures | null;
  /** Against the window before. */
  readonly change: TrendChange;
  /** Oldest first. */
  readonly points: readonly TrendPoint[];
}

/** The course of one agent or model. */
export interface UsageTrend extends TrendFigures, TrendUsage {
  /** The window of the same length before this one; null unless the process ran during all of it, without a reset. */
  readonly previous: (TrendFigures & TrendUsage) | null;
  /** Against the window before. */
  readonly change: TrendChange;
  /** Oldest first. */
  readonly points: readonly UsageTrendPoint[];
}

/** The application over time: its requests, and the model calls inside and outside them. */
export interface SystemTrend extends UsageTrend {
  /** Oldest first. */
  readonly points: readonly SystemTrendPoint[];
}

/** The course of everything over one window. */
export interface Trends {
  /** The window that was asked for. */
  readonly window: TrendWindow;
  /** Length of one slot: a sixtieth of the window. */
  readonly slotSeconds: number;
  /** How much of the window has passed since the start or the last reset: all of it in the end. */
  readonly coveredSeconds: number;
  /** Requests. */
  readonly system: SystemTrend;
  /** By agent id. */
  readonly agents: Readonly<Record<string, UsageTrend>>;
  /** By tool name, over all agents. */
  readonly tools: Readonly<Record<string, Trend>>;
  /** By model, over all agents and providers. */
  readonly models: Readonly<Record<string, UsageTrend>>;
}
