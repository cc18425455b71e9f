import { normaliseName } from '../../collection/executions/execution-name';
import type { MetricsStore } from '../../collection/metrics-store';
import { LAST_PLACE, type WindowSlots } from '../../collection/reading/trend-view';
import type { TrendsOptions } from '../../collection/reading/trend-window';
import { StoreTrends, type NamedTrendSlots, type TrendSlots } from '../../collection/reading/trends.reader';
import type { TimeSlot } from '../../collection/series/time-slot';
import type { TextBuffer } from '../text/text-buffer';
import { processName } from './process-memory';

/** Stands for all of the window before. */
export const PREVIOUS = -1;

/** The numbers of a slot as it writes them, behind its place in the window. */
export type SlotRow = readonly number[];

export type TrendKind = 'system' | 'agent' | 'tool' | 'model';

/** What one process tells of a window, line by line. */
export type TrendsPartRow =
  | readonly ['start', TrendsStart]
  | readonly ['trend', TrendKind, name: string, bounds: readonly number[], executions: SlotRow[], usage: SlotRow[]]
  | readonly ['course', rows: CourseRow[]];

export interface TrendsStart {
  /** Host and process id. Worker threads have those of their process. */
  readonly process: string;
  /** For how long it has been counting. */
  readonly ageMs: number;
}

/** How things stood at the end of a slot. */
export type CourseRow = readonly [place: number, memory: number, hits: number, misses: number, running: number];

/** In steps, which read the names one by one. */
export function* trendsPartSteps(out: TextBuffer, store: MetricsStore, options: TrendsOptions): Generator<void> {
  for (const row of rowsOf(store, options)) {
    out.write(`${JSON.stringify(row)}\n`);
    out.handOver();
    yield;
  }
}

function* rowsOf(store: MetricsStore, options: TrendsOptions): Generator<TrendsPartRow> {
  const source = new StoreTrends(store, options);
  const hasPoints = options.points ?? true;
  yield ['start', { process: processName(), ageMs: store.clock.now() - store.ledger.startedAt }];
  yield trendRow('system', '', source.system, hasPoints);
  if (hasPoints) yield ['course', courseRows(source)];
  yield* namedRows('agent', source.agents, options);
  yield* namedRows('tool', source.tools, options);
  yield* namedRows('model', source.models, options);
}

function* namedRows(
  kind: TrendKind,
  trends: NamedTrendSlots,
  { names, points = true }: TrendsOptions,
): Generator<TrendsPartRow> {
  // Each once: what is told twice would be added up.
  for (const name of names === undefined ? trends.names : new Set(names.map(normaliseName))) {
    const slots = trends.find(name);
    if (slots !== undefined) yield trendRow(kind, name, slots, points);
  }
}

function trendRow(kind: TrendKind, name: string, slots: TrendSlots, hasPoints: boolean): TrendsPartRow {
  const { bounds, executions, usage } = slots;
  return ['trend', kind, name, bounds.values, slotRows(executions, hasPoints), slotRows(usage, hasPoints)];
}

/** Without points the last slot has everything that is known of the window. */
function slotRows(told: WindowSlots<TimeSlot>, hasPoints: boolean): SlotRow[] {
  const places: (readonly [number, TimeSlot])[] = hasPoints ? [...told.slots] : [[LAST_PLACE, told.current]];
  return [...places, [PREVIOUS, told.previous] as const].flatMap(([place, slot]) => {
    if (slot.isEmpty) return [];
    const numbers = [place];
    slot.writeTo({ write: (value) => numbers.push(value) });
    return [numbers];
  });
}

function courseRows(source: StoreTrends): CourseRow[] {
  return [...source.course()].map(([place, figures]) => {
    const { memoryUsageBytes, cacheHits, cacheMisses, requestsInProgress } = figures;
    return [place, memoryUsageBytes, cacheHits, cacheMisses, requestsInProgress];
  });
}
