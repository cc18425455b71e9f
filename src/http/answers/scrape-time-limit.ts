import type { MetricsRequest } from './metrics-answer';

/** How long Prometheus waits for the answer. */
const HEADER = 'x-prometheus-scrape-timeout-seconds';

/** The rest is for the way there and back. */
const SHARE = 0.9;

/** No scraper waits for longer, and a timer of Node could not. */
const LONGEST_SECONDS = 3_600;

/** How many milliseconds an answer may take; undefined where the scraper says nothing that makes sense. */
export function timeLimitOf(headers: MetricsRequest['headers']): number | undefined {
  const seconds = Number(headers[HEADER]);
  return seconds > 0 && seconds <= LONGEST_SECONDS ? Math.floor(seconds * 1_000 * SHARE) : undefined;
}

/** What asks another process to answer within it, with a share for the way. */
export function timeLimitHeaders(timeLimitMs: number | undefined): Readonly<Record<string, string>> {
  return timeLimitMs === undefined ? {} : { [HEADER]: String(timeLimitMs / 1_000) };
}
