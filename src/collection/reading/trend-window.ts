import type { MetricsStore } from '../metrics-store';
import type { BucketBounds } from '../series/duration-histogram';
import type { TrendSeries, TrendSlot } from '../series/trend-series';
import { byName } from './snapshot.reader';

/** The windows of trends, in seconds. Each has sixty slots. */
export const TREND_WINDOWS = { '1m': 60, '5m': 300, '15m': 900, '1h': 3_600 } as const;

/** How far back trends look, from now: `1m`, `5m`, `15m` or `1h`. */
export type TrendWindow = keyof typeof TREND_WINDOWS;

const SLOTS_PER_WINDOW = 60;

/** What ended within a window. */
export interface TrendFigures {
  /** Executions that ended, whatever their status. */
  readonly count: number;
  /** Count divided by the length of the window. */
  readonly ratePerSecond: number;
  /** Errors and timeouts divided by the count. */
  readonly errorRate: number;
  /** Mean duration. */
  readonly averageSeconds: number;
  /** Percentiles lie in the bucket of the exact ones. */
  readonly p50Seconds: number;
  /** 95 % took no longer. */
  readonly p95Seconds: number;
  /** 99 % took no longer. */
  readonly p99Seconds: number;
}

/** One slot of a window. Slots in which nothing ended are left out. */
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

/** The course of one name over a window, beside the window before. */
export interface Trend extends TrendFigures {
  /** The window of the same length before this one. */
  readonly previous: TrendFigures;
  /** Where the p95 went by more than 10 %; nothing is said below ten executions in either window. */
  readonly change: 'up' | 'down' | 'flat' | 'insufficient_data';
  /** Oldest first. */
  readonly points: readonly TrendPoint[];
}

/** The course of everything over one window. */
export interface Trends {
  /** The window that was asked for. */
  readonly window: TrendWindow;
  /** Length of one slot: a sixtieth of the window. */
  readonly slotSeconds: number;
  /** Requests. */
  readonly system: Trend;
  /** By agent id. */
  readonly agents: Readonly<Record<string, Trend>>;
  /** By tool name, over all agents. */
  readonly tools: Readonly<Record<string, Trend>>;
}

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
