/** One of the windows in which an error budget may burn: both have to show it, the short one ends the alert soon. */
export interface BurnRate {
  readonly long: string;
  readonly short: string;
  /** How many times as fast as the SLO allows. */
  readonly factor: number;
}

/** Over which time rules look, as Prometheus durations. */
export interface Timing {
  /** Of ratios and percentiles. */
  readonly window: string;
  /** What a cache is compared with. */
  readonly reference: string;
  /** How long something has to last. */
  readonly hold: string;
  /** Worth a page: 2 % of a 30-day budget within an hour, 5 % within six. */
  readonly fastBurn: readonly BurnRate[];
  /** Worth a ticket: 10 % of a 30-day budget within one day, or within three. */
  readonly slowBurn: readonly BurnRate[];
}

/** The burn rates are those of the Google SRE workbook, chapter 5. */
export const TIMING: Timing = {
  window: '15m',
  reference: '1d',
  hold: '5m',
  fastBurn: [
    { long: '1h', short: '5m', factor: 14.4 },
    { long: '6h', short: '30m', factor: 6 },
  ],
  slowBurn: [
    { long: '1d', short: '2h', factor: 3 },
    { long: '3d', short: '6h', factor: 1 },
  ],
};

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 };

export function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * UNITS[duration.slice(-1) as keyof typeof UNITS];
}
