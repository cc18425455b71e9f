import { HISTOGRAM_COLUMNS, histogramWidth, type BucketBounds } from './histogram';
import { NumberRows } from './number-rows';

/** How many numbers precede the histogram in a series' row: its counts by status, then the rest. */
export const OWN_COLUMNS = 9;

/** Their columns, relative to the `at` of the series. */
export const SERIES_COLUMNS = {
  statuses: -9,
  inProgress: -5,
  retries: -4,
  inputBytes: -3,
  outputBytes: -2,
  repeats: -1,
} as const;

function ageless(): number {
  return Infinity;
}

/** Room for the numbers of series with the same buckets. */
export class SeriesRows {
  private readonly rows: NumberRows;

  /**
   * @param now the time of day, in milliseconds since 1970: a series is born when its row is opened.
   * @default for sums of other series, which are as old as the oldest of these
   */
  constructor(
    readonly bounds: BucketBounds,
    private readonly now: () => number = ageless,
  ) {
    this.rows = new NumberRows(OWN_COLUMNS + histogramWidth(bounds));
  }

  /** The row of a new series. Its own numbers come before `at`, its histogram begins there. */
  open() {
    const { page, at: start } = this.rows.open();
    const at = start + OWN_COLUMNS;
    page[at + HISTOGRAM_COLUMNS.born] = this.now();
    return { page, at };
  }
}

/** Where a new series gets its row. */
export type RowSource = Pick<SeriesRows, 'bounds' | 'open'>;

/** The row of a series of another process, whose `figures` these are. Its buckets are not among them. */
export function rowOfFigures(figures: readonly number[], bounds: BucketBounds): RowSource {
  const page = new Float64Array(OWN_COLUMNS + histogramWidth(bounds));
  page.set(figures);
  return { bounds, open: () => ({ page, at: OWN_COLUMNS }) };
}
