import type { ExecutionSeries } from '../collection/execution-series';

/** The series of one kind, with their numbers as they were at one moment. */
export class SeriesSnapshot<Series extends ExecutionSeries = ExecutionSeries> {
  /** By the place of the series: a copy of the page that its numbers stand in, `at` of the series. */
  readonly pages: readonly Float64Array[];

  constructor(readonly series: readonly Series[]) {
    // A page holds the numbers of many series, and copying it costs little more than copying those of one.
    const copies = new Map<Float64Array, Float64Array>();
    this.pages = series.map(({ page }) => {
      let copy = copies.get(page);
      if (copy === undefined) copies.set(page, (copy = page.slice()));
      return copy;
    });
  }
}
