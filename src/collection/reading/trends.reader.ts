import { normaliseName } from '../executions/execution-name';
import type { MetricsStore } from '../metrics-store';
import type { BucketBounds } from '../series/histogram';
import type { TrendSeries } from '../series/trend-series';
import { TrendSlot } from '../series/trend-slot';
import { UsageSlot } from '../series/usage-series';
import { byName } from './by-name';
import { readProcessCourse, type ProcessFigures } from './process-course';
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

/** Trends whose names are read one by one, when they are iterated. */
export interface TrendsReading extends Omit<Trends, 'agents' | 'tools' | 'models'> {
  readonly agents: Named<UsageTrend>;
  readonly tools: Named<Trend>;
  readonly models: Named<UsageTrend>;
}

/** What one name tells of two windows. */
export interface TrendSlots {
  readonly bounds: BucketBounds;
  readonly executions: WindowSlots<TrendSlot>;
  readonly usage: WindowSlots<UsageSlot>;
}

/** Many names, each read when it is iterated. */
export interface NamedTrendSlots {
  readonly names: Iterable<string>;
  find(name: string): TrendSlots | undefined;
}

/** What trends are read from: one application, or several processes added up. */
export interface TrendsSource {
  readonly view: TrendView;
  readonly system: TrendSlots;
  readonly agents: NamedTrendSlots;
  readonly tools: NamedTrendSlots;
  readonly models: NamedTrendSlots;
  /** By place in the window. */
  course(): ReadonlyMap<number, ProcessFigures>;
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
  return describeTrends(new StoreTrends(store, options), options);
}

export function describeTrends(source: TrendsSource, { names, points = true }: TrendsOptions): TrendsReading {
  const { window, slotSeconds, coveredSeconds } = source.view;
  const reader = new TrendReader(source.view, points);
  const wanted = names && new Set(names.map(normaliseName));
  return {
    window,
    slotSeconds,
    coveredSeconds,
    system: reader.system(source),
    agents: readNames(source.agents, wanted, (slots) => reader.usage(slots)),
    tools: readNames(source.tools, wanted, (slots) => reader.tool(slots)),
    models: readNames(source.models, wanted, (slots) => reader.usage(slots)),
  };
}

function* readNames<Read>(
  trends: NamedTrendSlots,
  wanted: ReadonlySet<string> | undefined,
  read: (slots: TrendSlots) => Read,
): Generator<readonly [name: string, trend: Read]> {
  for (const name of wanted ?? trends.names) {
    const slots = trends.find(name);
    if (slots !== undefined) yield [name, read(slots)];
  }
}

/** One application, of a window that ends when this is made. */
export class StoreTrends implements TrendsSource {
  readonly view: TrendView;
  private readonly ledger: MetricsStore['ledger'];

  constructor({ ledger, clock, memory }: MetricsStore, { window = '15m' }: TrendsOptions) {
    this.ledger = ledger;
    // What memory is now belongs to the current slot.
    memory.read();
    this.view = new TrendView(window, ledger.startedAt, clock.now(), clock.wallTime());
  }

  get system(): TrendSlots {
    return this.collect(this.ledger.requestTrend);
  }

  get agents(): NamedTrendSlots {
    return this.named(this.ledger.agentTrends);
  }

  get tools(): NamedTrendSlots {
    return this.named(this.ledger.toolTrends);
  }

  get models(): NamedTrendSlots {
    return this.named(this.ledger.modelTrends);
  }

  course(): ReadonlyMap<number, ProcessFigures> {
    return readProcessCourse(this.ledger.process, this.view);
  }

  private named(trends: ReadonlyMap<string, TrendSeries>): NamedTrendSlots {
    const find = (name: string) => {
      const series = trends.get(name);
      return series && this.collect(series);
    };
    return { names: trends.keys(), find };
  }

  private collect(series: TrendSeries): TrendSlots {
    const { bounds } = series;
    return {
      bounds,
      executions: this.view.collect(series, () => new TrendSlot(bounds.count)),
      usage: this.view.collect(series.usage, () => new UsageSlot()),
    };
  }
}

class TrendReader {
  constructor(
    private readonly view: TrendView,
    private readonly hasPoints: boolean,
  ) {}

  tool({ executions: ended, bounds }: TrendSlots): Trend {
    const point = (place: number) => this.point(place, ended, bounds);
    return {
      ...this.figures(ended.current, bounds),
      previous: this.previous(ended, bounds) ?? null,
      change: this.change(ended, bounds),
      points: this.points((place) => ended.slots.has(place), point),
    };
  }

  usage(slots: TrendSlots): UsageTrend {
    return this.withUsage<UsageTrendPoint>(
      slots,
      () => false,
      (point) => point,
    );
  }

  system(source: TrendsSource): SystemTrend {
    const course = this.hasPoints ? source.course() : new Map<number, never>();
    return this.withUsage<SystemTrendPoint>(
      source.system,
      (place) => this.view.covers(place),
      (point, place) => ({ ...point, ...this.spread(place, source.system), ...course.get(place)! }),
    );
  }

  /** How far durations lie apart in a slot. */
  private spread(
    place: number,
    { executions, bounds }: TrendSlots,
  ): Pick<SystemTrendPoint, 'p50Seconds' | 'p99Seconds'> {
    const slot = executions.slots.get(place);
    const percentileOf = (share: number) => (slot === undefined ? 0 : percentile(slot, bounds, share));
    return { p50Seconds: percentileOf(0.5), p99Seconds: percentileOf(0.99) };
  }

  private withUsage<Point extends UsageTrendPoint>(
    { bounds, executions: ended, usage: used }: TrendSlots,
    isWanted: (place: number) => boolean,
    complete: (point: UsageTrendPoint, place: number) => Point,
  ) {
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
