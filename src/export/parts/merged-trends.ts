import type { ProcessFigures } from '../../collection/reading/process-course';
import { TrendView, type WindowSlots } from '../../collection/reading/trend-view';
import type { TrendWindow } from '../../collection/reading/trend-window';
import type { NamedTrendSlots, TrendSlots, TrendsSource } from '../../collection/reading/trends.reader';
import { BucketBounds } from '../../collection/series/histogram';
import { TrendSlot } from '../../collection/series/trend-slot';
import type { SlotReader, TimeSlot } from '../../collection/series/time-slot';
import { UsageSlot } from '../../collection/series/usage-series';
import { ProcessMemory } from './process-memory';
import { PREVIOUS, type CourseRow, type SlotRow, type TrendKind, type TrendsPartRow } from './trends-part';

/** Several processes added up, slot by slot, as each has told in rows. Their slots begin within the length of one. */
export class MergedTrends implements TrendsSource {
  private readonly trends: Readonly<Record<TrendKind, Map<string, MergedSlots>>> = {
    system: new Map(),
    agent: new Map(),
    tool: new Map(),
    model: new Map(),
  };
  private readonly courses: { readonly process: string; readonly rows: readonly CourseRow[] }[] = [];
  private readonly ages: number[] = [];
  /** Of the process whose rows are being added. */
  private process = '';

  constructor(
    private readonly window: TrendWindow,
    /** Milliseconds since 1970. */
    private readonly wallTime: number,
  ) {}

  add(row: TrendsPartRow): void {
    if (row[0] === 'start') {
      this.process = row[1].process;
      this.ages.push(row[1].ageMs);
    } else if (row[0] === 'course') {
      this.courses.push({ process: this.process, rows: row[1] });
    } else {
      const [, kind, name, bounds, executions, usage] = row;
      const trends = this.trends[kind];
      const slots = trends.get(name) ?? new MergedSlots(new BucketBounds(bounds));
      trends.set(name, slots);
      slots.add(bounds, executions, usage);
    }
  }

  /** By the process that has been counting for longest. The window before is known where all have counted in it. */
  get view(): TrendView {
    const now = this.wallTime;
    return new TrendView(this.window, now - Math.max(...this.ages), now, now, now - Math.min(...this.ages));
  }

  get system(): TrendSlots {
    return this.trends.system.get('')!;
  }

  get agents(): NamedTrendSlots {
    return named(this.trends.agent);
  }

  get tools(): NamedTrendSlots {
    return named(this.trends.tool);
  }

  get models(): NamedTrendSlots {
    return named(this.trends.model);
  }

  course(): ReadonlyMap<number, ProcessFigures> {
    const course = new Map<number, ProcessFigures>();
    const memories = new Map<number, ProcessMemory>();
    for (const { process, rows } of this.courses) {
      for (const [place, bytes, hits, misses, running] of rows) {
        const memory = memories.get(place) ?? new ProcessMemory();
        memories.set(place, memory);
        memory.add(process, { bytes, maxBytes: bytes });
        const known = course.get(place);
        course.set(place, {
          memoryUsageBytes: memory.sum().bytes,
          cacheHits: hits + (known?.cacheHits ?? 0),
          cacheMisses: misses + (known?.cacheMisses ?? 0),
          requestsInProgress: running + (known?.requestsInProgress ?? 0),
        });
      }
    }
    return course;
  }
}

function named(trends: ReadonlyMap<string, MergedSlots>): NamedTrendSlots {
  return { names: trends.keys(), find: (name) => trends.get(name) };
}

/** One name, added up over processes. */
class MergedSlots implements TrendSlots {
  readonly executions: GrowingSlots<TrendSlot>;
  readonly usage = new GrowingSlots(() => new UsageSlot());

  constructor(readonly bounds: BucketBounds) {
    this.executions = new GrowingSlots(() => new TrendSlot(bounds.count));
  }

  add(bounds: readonly number[], executions: readonly SlotRow[], usage: readonly SlotRow[]): void {
    for (const row of usage) this.usage.add(row, (slot) => slot.addFrom(readerOf(row)));
    const isAlike = bounds.join() === this.bounds.values.join();
    for (const row of executions) {
      this.executions.add(row, (slot) => {
        if (isAlike) slot.addFrom(readerOf(row));
        else addOtherBuckets(slot, this.bounds, row, new BucketBounds(bounds));
      });
    }
  }
}

class GrowingSlots<Slot extends TimeSlot> implements WindowSlots<Slot> {
  readonly current: Slot;
  readonly previous: Slot;
  readonly slots = new Map<number, Slot>();

  constructor(private readonly createSlot: () => Slot) {
    this.current = createSlot();
    this.previous = createSlot();
  }

  add([place]: SlotRow, addTo: (slot: Slot) => void): void {
    if (place === PREVIOUS) return addTo(this.previous);
    let slot = this.slots.get(place!);
    if (slot === undefined) this.slots.set(place!, (slot = this.createSlot()));
    addTo(slot);
    addTo(this.current);
  }
}

/** The numbers behind the place. */
function readerOf(row: SlotRow): SlotReader {
  let at = 0;
  return { next: () => row[(at += 1)]! };
}

/** During a deployment that changes buckets each count falls into the bucket that has room for all of its own. */
function addOtherBuckets(slot: TrendSlot, bounds: BucketBounds, row: SlotRow, given: BucketBounds): void {
  const told = new TrendSlot(given.count);
  told.addFrom(readerOf(row));
  const fitting = new TrendSlot(bounds.count);
  const { count, errors, totalNs, maxNs } = told;
  Object.assign(fitting, { count, errors, totalNs, maxNs });
  told.buckets.forEach((hits, bucket) => {
    const isUnmeasured = bucket === given.count;
    const target = isUnmeasured ? bounds.count : bounds.bucketOf(given.billionths[bucket] ?? Infinity);
    fitting.buckets[target]! += hits;
  });
  slot.merge(fitting);
}
