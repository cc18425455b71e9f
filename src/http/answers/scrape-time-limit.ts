import type { MetricsRequest } from './metrics-answer';

/** How long Prometheus waits for the answer. */
const HEADER = 'x-prometheus-scrape-timeout-seconds';

/** The rest is for the way there and back. */
const SHARE = 0.9;

/**
 * What an answer may take, in milliseconds. The client chooses the header, and everybody with the same limit shares a
 * text, so there are few limits.
 */
const LIMITS_MS = [100, 450, 900, 2_000, 4_500, 9_000, 13_500, 27_000, 54_000];

/** How many milliseconds an answer may take; undefined where the scraper says nothing that makes sense. */
export function timeLimitOf(headers: MetricsRequest['headers']): number | undefined {
  const mostMs = Number(headers[HEADER]) * 1_000 * SHARE;
  return LIMITS_MS.findLast((limit) => limit <= mostMs);
}
