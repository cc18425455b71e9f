/**
 * How many whole requests are kept, with everything inside them. The three lists are separate: many fast requests do
 * not displace slow and failed ones.
 *
 * @example
 * requestHistory: { recent: 500, slowest: 20, failed: 100 }
 */
export interface RequestHistoryOptions {
  /** The last ones. @default 100 */
  readonly recent?: number;
  /** The slowest of the last hour. @default 50 */
  readonly slowest?: number;
  /** The last that failed, or had a step that failed. @default 50 */
  readonly failed?: number;
}
