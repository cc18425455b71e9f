import { type ProcessSeries, ProcessSlot } from '../series/process-series';
import type { TrendView } from './trend-view';
import type { SystemTrendPoint } from './trend-window';

/** How things stood at the end of a slot, and the look-ups in it. */
export type ProcessFigures = Pick<
  SystemTrendPoint,
  'memoryUsageBytes' | 'cacheHits' | 'cacheMisses' | 'requestsInProgress'
>;

/** What is told of the process in each slot of a window, by place. */
export function readProcessCourse(series: ProcessSeries, view: TrendView): ReadonlyMap<number, ProcessFigures> {
  const told: ProcessSlot[] = [];
  series.addTo(view.from, view.to, (start) => {
    const slot = new ProcessSlot(start);
    told.push(slot);
    return slot;
  });
  told.sort((a, b) => a.start - b.start);
  const course = new Map<number, ProcessFigures>();
  let { memoryBytes, requestsInProgress } = series;
  // From the present back: a slot tells how things stood until it began.
  for (const place of view.places().toReversed()) {
    let [cacheHits, cacheMisses] = [0, 0];
    const [memoryAtEnd, runningAtEnd] = [memoryBytes, requestsInProgress];
    for (let last = told.at(-1); last !== undefined && view.placeOf(last.start) >= place; last = told.at(-1)) {
      cacheHits += last.cacheHits;
      cacheMisses += last.cacheMisses;
      memoryBytes = last.memoryBefore;
      requestsInProgress = last.runningBefore;
      told.pop();
    }
    const ends = { memoryUsageBytes: memoryAtEnd, cacheHits, cacheMisses, requestsInProgress: runningAtEnd };
    course.set(place, ends);
  }
  return course;
}
