/**
 * How many whole requests are kept, with all that ran inside them. The three are kept apart: many fast requests leave
 * the slow and the failed ones where they are.
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
