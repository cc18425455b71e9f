import { BucketBounds } from './histogram';

/** Calls of one agent execution. */
export const CALL_BUCKETS = new BucketBounds([1, 2, 4, 8, 16, 32, 64, 128]);

/** Seconds that an execution has waited on a human, up to a day. */
export const PAUSE_BUCKETS = new BucketBounds([1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400]);

/** US dollars of one request. */
export const COST_BUCKETS = new BucketBounds([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]);
