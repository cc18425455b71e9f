import type { MetricsStore } from '../metrics-store';
import type { BucketBounds } from '../series/duration-histogram';
import type { TrendSeries } from '../series/trend-series';
import { TrendSlot } from '../series/trend-slot';
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

/** Trends whose names are read one by one, as somebody asks for them. */
export interface TrendsReading extends Omit<Trends, 'agents' | 'tools'> {
  readonly agents: Iterable<readonly [name: string, trend: Trend]>;
  readonly tools: Iterable<readonly [name: string, trend: Trend]>;
}

export function readTrends(store: MetricsStore, window: TrendWindow): Trends {
  const { agents, tools, ...rest } = beginTrends(store, window);
  const asRead = (trend: Trend) => trend;
  return { ...rest, agents: byName(agents, asRead), tools: byName(tools, asRead) };
}

/** Of a window that ends now, however much later its names are read. */
export function beginTrends({ ledger, clock }: MetricsStore, window: TrendWindow): TrendsReading {
  const view = new TrendView(window, clock.now(), clock.wallTime());
  return {
    window,
    slotSeconds: view.slotSeconds,
    system: view.read(ledger.requestTrend),
    agents: view.readAll(ledger.agentTrends),
    tools: view.readAll(ledger.toolTrends),
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

  *readAll(trends: ReadonlyMap<string, TrendSeries>): Generator<readonly [name: string, trend: Trend]> {
    for (const [name, series] of trends) yield [name, this.read(series)];
  }

  read(series: TrendSeries): Trend {
    const { bounds } = series;
    const from = (this.currentSlot - SLOTS_PER_WINDOW + 1) * this.slotSeconds;
    const previous = new TrendSlot(bounds.count);
    const slots: TrendSlot[] = [];
    series.addTo(from - TREND_WINDOWS[this.window], Math.floor(this.nowMs / 1_000), (start) => {
      if (start < from) return previous;
      const index = Math.floor((start - from) / this.slotSeconds);
      return (slots[index] ??= new TrendSlot(bounds.count, from + index * this.slotSeconds));
    });
    // Where nothing ended there is none.
    const present = slots.filter((slot) => slot !== undefined);
    const current = new TrendSlot(bounds.count);
    for (const slot of present) current.merge(slot);
    const figures = this.figures(current, bounds);
    const previousFigures = this.figures(previous, bounds);
    const change = changeOf(figures, previousFigures);
    return { ...figures, previous: previousFigures, change, points: this.points(present, bounds) };
  }

  private figures(slot: TrendSlot, bounds: BucketBounds): TrendFigures {
    const { count, errors, totalNs } = slot;
    return {
      count,
      ratePerSecond: count / TREND_WINDOWS[this.window],
      errorRate: count === 0 ? 0 : errors / count,
      averageSeconds: count === 0 ? 0 : totalNs / count / 1e9,
      p50Seconds: percentile(slot, bounds, 0.5),
      p95Seconds: percentile(slot, bounds, 0.95),
      p99Seconds: percentile(slot, bounds, 0.99),
    };
  }

  private points(slots: readonly TrendSlot[], bounds: BucketBounds): TrendPoint[] {
    return slots.map((slot) => {
      const ageMs = this.nowMs - slot.start * 1_000;
      const startTime = new Date(this.wallTimeMs - ageMs);
      return { startTime, count: slot.count, errors: slot.errors, p95Seconds: percentile(slot, bounds, 0.95) };
    });
  }
}

function changeOf(current: TrendFigures, previous: TrendFigures): Trend['change'] {
  if (current.count < 10 || previous.count < 10) return 'insufficient_data';
  if (current.p95Seconds > previous.p95Seconds * 1.1) return 'up';
  return current.p95Seconds < previous.p95Seconds * 0.9 ? 'down' : 'flat';
}

/** Seconds. Within the bucket that holds the exact value its place is interpolated, up to the longest seen. */
function percentile({ count, buckets, maxNs }: TrendSlot, { nanoseconds }: BucketBounds, share: number): number {
  if (count === 0) return 0;
  const rank = Math.ceil(share * count);
  let before = 0;
  let bucket = 0;
  while (before + buckets[bucket]! < rank) before += buckets[bucket++]!;
  const lower = nanoseconds[bucket - 1] ?? 0;
  const upper = Math.min(nanoseconds[bucket] ?? Infinity, maxNs);
  return (lower + ((upper - lower) * (rank - before)) / buckets[bucket]!) / 1e9;
}
