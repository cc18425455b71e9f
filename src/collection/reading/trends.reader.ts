import type { MetricsStore } from '../metrics-store';
import type { BucketBounds } from '../series/duration-histogram';
import type { TrendSeries, TrendSlot } from '../series/trend-series';
import { byName } from './by-name';
import {
  TREND_WINDOWS,
  type Trend,
  type TrendFigures,
  type TrendPoint,
  type Trends,
  type TrendWindow,
} from './trend-window';

const SLOTS_PER_WINDOW = 60;

export function readTrends({ ledger, clock }: MetricsStore, window: TrendWindow): Trends {
  const view = new TrendView(window, clock.now(), clock.wallTime());
  return {
    window,
    slotSeconds: view.slotSeconds,
    system: view.read(ledger.requestTrend),
    agents: byName(ledger.agentTrends, (series) => view.read(series)),
    tools: byName(ledger.toolTrends, (series) => view.read(series)),
  };
}

/** A window that ends now: the current slot, which is not over yet, and the 59 before it. */
class TrendView {
  readonly slotSeconds: number;
  private readonly currentSlot: number;

  constructor(
    private readonly window: TrendWindow,
    private readonly nowMs: number,
    private readonly wallTimeMs: number,
  ) {
    this.slotSeconds = TREND_WINDOWS[window] / SLOTS_PER_WINDOW;
    this.currentSlot = Math.floor(nowMs / 1_000 / this.slotSeconds);
  }

  read(series: TrendSeries): Trend {
    series.forgetBefore(this.nowMs / 1_000);
    const { bounds } = series;
    const from = (this.currentSlot - SLOTS_PER_WINDOW + 1) * this.slotSeconds;
    const slots = series.since(from - TREND_WINDOWS[this.window]);
    const current = this.figures(
      slots.filter(({ start }) => start >= from),
      bounds,
    );
    const previous = this.figures(
      slots.filter(({ start }) => start < from),
      bounds,
    );
    return { ...current, previous, change: changeOf(current, previous), points: this.points(slots, from, bounds) };
  }

  private figures(slots: readonly TrendSlot[], bounds: BucketBounds): TrendFigures {
    const sum = new SlotSum(slots, bounds);
    return {
      count: sum.count,
      ratePerSecond: sum.count / TREND_WINDOWS[this.window],
      errorRate: sum.count === 0 ? 0 : sum.errors / sum.count,
      averageSeconds: sum.count === 0 ? 0 : sum.totalNs / sum.count / 1e9,
      p50Seconds: sum.percentile(0.5),
      p95Seconds: sum.percentile(0.95),
      p99Seconds: sum.percentile(0.99),
    };
  }

  private points(slots: readonly TrendSlot[], from: number, bounds: BucketBounds): TrendPoint[] {
    const bySlot = new Map<number, SlotSum>();
    for (const slot of slots) {
      if (slot.start < from) continue;
      const index = Math.floor(slot.start / this.slotSeconds);
      const sum = bySlot.get(index) ?? new SlotSum([], bounds);
      sum.add(slot);
      bySlot.set(index, sum);
    }
    return [...bySlot].map(([slot, sum]) => {
      const ageMs = this.nowMs - slot * this.slotSeconds * 1_000;
      const startTime = new Date(this.wallTimeMs - ageMs);
      return { startTime, count: sum.count, errors: sum.errors, p95Seconds: sum.percentile(0.95) };
    });
  }
}

function changeOf(current: TrendFigures, previous: TrendFigures): Trend['change'] {
  if (current.count < 10 || previous.count < 10) return 'insufficient_data';
  if (current.p95Seconds > previous.p95Seconds * 1.1) return 'up';
  return current.p95Seconds < previous.p95Seconds * 0.9 ? 'down' : 'flat';
}

/** Several slots as one. */
class SlotSum {
  count = 0;
  errors = 0;
  totalNs = 0;
  private maxNs = 0;
  private readonly buckets: number[];

  constructor(
    slots: readonly TrendSlot[],
    private readonly bounds: BucketBounds,
  ) {
    this.buckets = new Array<number>(bounds.count).fill(0);
    for (const slot of slots) this.add(slot);
  }

  add({ count, errors, totalNs, maxNs, buckets }: TrendSlot): void {
    this.count += count;
    this.errors += errors;
    this.totalNs += totalNs;
    this.maxNs = Math.max(this.maxNs, maxNs);
    buckets.forEach((hits, bucket) => (this.buckets[bucket]! += hits));
  }

  /** Seconds. Within the bucket that holds the exact value its place is interpolated, up to the longest seen. */
  percentile(share: number): number {
    if (this.count === 0) return 0;
    const rank = Math.ceil(share * this.count);
    let before = 0;
    let bucket = 0;
    while (before + this.buckets[bucket]! < rank) before += this.buckets[bucket++]!;
    const lower = this.bounds.nanoseconds[bucket - 1] ?? 0;
    const upper = Math.min(this.bounds.nanoseconds[bucket] ?? Infinity, this.maxNs);
    return (lower + ((upper - lower) * (rank - before)) / this.buckets[bucket]!) / 1e9;
  }
}
