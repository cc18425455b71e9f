/** A time up to now, and how finely it is looked at. All in seconds. */
export interface FleetTimes {
  readonly seconds: number;
  /** From one point of a course to the next. */
  readonly step: number;
  /** A rate is that of so much time: of several scrapes at least, and of no less than a step. */
  readonly rateWindow: number;
  /** Two starts of one process that are no further apart may be one. */
  readonly startStep: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The ranges that can be asked for: from 60 to 90 points each. */
export const FLEET_RANGES = {
  '15m': { seconds: 15 * MINUTE, step: 15, rateWindow: 2 * MINUTE, startStep: 5 },
  '1h': { seconds: HOUR, step: MINUTE, rateWindow: 2 * MINUTE, startStep: 15 },
  '6h': { seconds: 6 * HOUR, step: 5 * MINUTE, rateWindow: 5 * MINUTE, startStep: MINUTE },
  '1d': { seconds: DAY, step: 20 * MINUTE, rateWindow: 20 * MINUTE, startStep: 5 * MINUTE },
  '7d': { seconds: 7 * DAY, step: 2 * HOUR, rateWindow: 2 * HOUR, startStep: 15 * MINUTE },
  '30d': { seconds: 30 * DAY, step: 8 * HOUR, rateWindow: 8 * HOUR, startStep: HOUR },
} as const satisfies Readonly<Record<string, FleetTimes>>;

export type FleetRange = keyof typeof FLEET_RANGES;

export const FLEET_RANGE_NAMES = Object.keys(FLEET_RANGES) as FleetRange[];

/** When the question is asked, and the points of its courses, in seconds since 1970. */
export interface FleetMoments {
  readonly now: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Ends now, off the grid: these points are not drawn, and a restart should be seen at once. */
export function eventMomentsOf({ seconds, startStep }: FleetTimes, { now }: FleetMoments): FleetMoments {
  return { now, start: now - seconds, end: now, step: startStep };
}

/** In seconds: what is asked for again within this time gets the same points. */
const GRID = 60;

/** Points are on a grid, so that the next answer draws most of them where they were. */
export function momentsOf({ seconds, step }: Pick<FleetTimes, 'seconds' | 'step'>, nowMs: number): FleetMoments {
  const now = nowMs / 1_000;
  const grid = Math.min(step, GRID);
  const end = Math.floor(now / grid) * grid;
  return { now, start: end - seconds + step, end, step };
}
