import type { BucketBounds } from '../series/histogram';
import type { TrendSlot } from '../series/trend-slot';
import type { UsageSlot } from '../series/usage-series';
import type { TrendChange, TrendFigures, TrendUsage } from './trend-window';

/** Fewer durations say nothing of a change. */
const MIN_MEASURED = 10;

/** A rate over less would make a hundred a second of the first call, ten milliseconds after the start. */
const MIN_SECONDS = 1;

export function figuresOf(slot: TrendSlot, bounds: BucketBounds, seconds: number): TrendFigures {
  const { count, errors, totalNs, measured } = slot;
  return {
    count,
    ratePerSecond: count / Math.max(seconds, MIN_SECONDS),
    errorRate: count === 0 ? 0 : errors / count,
    averageSeconds: measured === 0 ? 0 : totalNs / measured / 1e9,
    p50Seconds: percentile(slot, bounds, 0.5),
    p95Seconds: percentile(slot, bounds, 0.95),
    p99Seconds: percentile(slot, bounds, 0.99),
  };
}

export function usageOf({ tokens, costUsd }: UsageSlot): TrendUsage {
  return { tokens, costUsd };
}

export function changeOf(current: TrendSlot, previous: TrendSlot, bounds: BucketBounds): TrendChange {
  if (Math.min(current.measured, previous.measured) < MIN_MEASURED) return 'insufficient_data';
  const [before, after] = [percentile(previous, bounds, 0.95), percentile(current, bounds, 0.95)];
  if (after > before * 1.1) return 'up';
  return after < before * 0.9 ? 'down' : 'flat';
}

/** Seconds. Within the bucket that holds the exact value its place is interpolated, up to the longest seen. */
export function percentile(slot: TrendSlot, { billionths }: BucketBounds, share: number): number {
  const { measured, buckets, maxNs } = slot;
  if (measured === 0) return 0;
  const rank = Math.ceil(share * measured);
  let before = 0;
  let bucket = 0;
  while (before + buckets[bucket]! < rank) before += buckets[bucket++]!;
  const lower = billionths[bucket - 1] ?? 0;
  const upper = Math.min(billionths[bucket] ?? Infinity, maxNs);
  return (lower + ((upper - lower) * (rank - before)) / buckets[bucket]!) / 1e9;
}
