import type { ExecutionSeries } from '../../collection/series/execution-series';
import type { Exemplars } from '../../collection/series/exemplar';

/** The series of one kind, with their numbers as they were at one moment. */
export class SeriesSnapshot<Series extends ExecutionSeries = ExecutionSeries> {
  /** By the place of the series: a copy of the page in which its numbers stand, from the `at` of the series on. */
  readonly pages: readonly Float64Array[];
  /** By the place of the series; most have none. */
  readonly exemplars: readonly (Readonly<Exemplars> | undefined)[];

  constructor(readonly series: readonly Series[]) {
    // A page holds the numbers of many series, and copying it costs little more than copying those of one.
    const copies = new Map<Float64Array, Float64Array>();
    this.pages = series.map(({ page }) => {
      let copy = copies.get(page);
      if (copy === undefined) copies.set(page, (copy = page.slice()));
      return copy;
    });
    this.exemplars = series.map(({ exemplars }) => exemplars?.slice());
  }
}
