import { normaliseName } from '../executions/execution-name';
import type { Ledger } from '../ledger';
import type { MetricsStore } from '../metrics-store';
import type { BucketBounds } from '../series/histogram';
import type { TrendSeries } from '../series/trend-series';
import { TrendSlot } from '../series/trend-slot';
import { UsageSlot } from '../series/usage-series';
import { byName } from './by-name';
import { readProcessCourse } from './process-course';
import { changeOf, figuresOf, percentile, usageOf } from './trend-figures';
import { TrendView, type WindowSlots } from './trend-view';
import type {
  SystemTrend,
  SystemTrendPoint,
  Trend,
  TrendFigures,
  TrendPoint,
  Trends,
  TrendsOptions,
  UsageTrend,
  UsageTrendPoint,
} from './trend-window';

type Named<Read> = Iterable<readonly [name: string, trend: Read]>;

/** Trends whose names are read one by one, as somebody asks for them. */
export interface TrendsReading extends Omit<Trends, 'agents' | 'tools' | 'models'> {
  readonly agents: Named<UsageTrend>;
  readonly tools: Named<Trend>;
  readonly models: Named<UsageTrend>;
}

export function readTrends(store: MetricsStore, options: TrendsOptions): Trends {
  const { agents, tools, models, ...rest } = beginTrends(store, options);
  return { ...rest, agents: inFull(agents), tools: inFull(tools), models: inFull(models) };
}

function inFull<Read>(trends: Named<Read>): Readonly<Record<string, Read>> {
  return byName(trends, (trend: Read) => trend);
}

/** Of a window that ends now, however much later its names are read. */
export function beginTrends(store: MetricsStore, options: TrendsOptions): TrendsReading {
  const { window = '15m', names, points = true } = options;
  const { ledger, clock, memory } = store;
  // What memory is now belongs to the current slot.
  memory.read();
  const view = new TrendView(window, ledger.startedAt, clock.now(), clock.wallTime());
  const reader = new TrendReader(view, points);
  const wanted = names && new Set(names.map(normaliseName));
  const { slotSeconds, coveredSeconds } = view;
  return {
    window,
    slotSeconds,
    coveredSeconds,
    system: reader.system(ledger),
    agents: readNames(ledger.agentTrends, wanted, (series) => reader.usage(series)),
    tools: readNames(ledger.toolTrends, wanted, (series) => reader.tool(series)),
    models: readNames(ledger.modelTrends, wanted, (series) => reader.usage(series)),
  };
}

function* readNames<Read>(
  trends: ReadonlyMap<string, TrendSeries>,
  wanted: ReadonlySet<string> | undefined,
  read: (series: TrendSeries) => Read,
): Generator<readonly [name: string, trend: Read]> {
  for (const name of wanted ?? trends.keys()) {
    const series = trends.get(name);
    if (series !== undefined) yield [name, read(series)];
  }
}

class TrendReader {
  constructor(
    private readonly view: TrendView,
    private readonly hasPoints: boolean,
  ) {}

  tool(series: TrendSeries): Trend {
    const ended = this.executions(series);
    const point = (place: number) => this.point(place, ended, series.bounds);
    return {
      ...this.figures(ended.current, series.bounds),
      previous: this.previous(ended, series.bounds) ?? null,
      change: this.change(ended, series.bounds),
      points: this.points((place) => ended.slots.has(place), point),
    };
  }

  usage(series: TrendSeries): UsageTrend {
    return this.withUsage<UsageTrendPoint>(
      series,
      () => false,
      (point) => point,
    );
  }

  system({ requestTrend, process }: Ledger): SystemTrend {
    const course = this.hasPoints ? readProcessCourse(process, this.view) : new Map<number, never>();
    return this.withUsage<SystemTrendPoint>(
      requestTrend,
      (place) => this.view.covers(place),
      (point, place) => ({ ...point, ...course.get(place)! }),
    );
  }

  private withUsage<Point extends UsageTrendPoint>(
    series: TrendSeries,
    isWanted: (place: number) => boolean,
    complete: (point: UsageTrendPoint, place: number) => Point,
  ) {
    const { bounds } = series;
    const ended = this.executions(series);
    const used = this.view.collect(series.usage, () => new UsageSlot());
    const previous = this.previous(ended, bounds);
    const hasSlot = (place: number) => ended.slots.has(place) || used.slots.has(place) || isWanted(place);
    const point = (place: number) => {
      const { startTime, count, errors, p95Seconds } = this.point(place, ended, bounds);
      const usage = used.slots.get(place);
      // In full: one that is made of others takes several times as long, and there are sixty a name.
      const [tokens, costUsd] = [usage?.tokens ?? 0, usage?.costUsd ?? 0];
      return complete({ startTime, count, errors, p95Seconds, tokens, costUsd }, place);
    };
    return {
      ...this.figures(ended.current, bounds),
      ...usageOf(used.current),
      previous: previous === undefined ? null : { ...previous, ...usageOf(used.previous) },
      change: this.change(ended, bounds),
      points: this.points(hasSlot, point),
    };
  }

  private executions(series: TrendSeries): WindowSlots<TrendSlot> {
    return this.view.collect(series, () => new TrendSlot(series.bounds.count));
  }

  private figures(slot: TrendSlot, bounds: BucketBounds): TrendFigures {
    return figuresOf(slot, bounds, this.view.coveredSeconds);
  }

  private previous({ previous }: WindowSlots<TrendSlot>, bounds: BucketBounds): TrendFigures | undefined {
    return this.view.hasPrevious ? figuresOf(previous, bounds, this.view.windowSeconds) : undefined;
  }

  private change({ current, previous }: WindowSlots<TrendSlot>, bounds: BucketBounds): Trend['change'] {
    return this.view.hasPrevious ? changeOf(current, previous, bounds) : 'insufficient_data';
  }

  private points<Point>(hasSlot: (place: number) => boolean, read: (place: number) => Point): Point[] {
    return this.hasPoints ? this.view.places().filter(hasSlot).map(read) : [];
  }

  private point(place: number, { slots }: WindowSlots<TrendSlot>, bounds: BucketBounds): TrendPoint {
    const startTime = this.view.startTime(place);
    const slot = slots.get(place);
    if (slot === undefined) return { startTime, count: 0, errors: 0, p95Seconds: 0 };
    return { startTime, count: slot.count, errors: slot.errors, p95Seconds: percentile(slot, bounds, 0.95) };
  }
}
