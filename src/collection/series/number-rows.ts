/** Rows of the first page; each further page has twice as many, up to the most. */
const FIRST_ROWS = 4;
const MOST_ROWS = 64;

/** The place of one series' numbers: from `at` on in `page`. They never move. */
export interface NumberRow {
  readonly page: Float64Array;
  readonly at: number;
}

/**
 * Room for the numbers of many series of one kind. Numbers of an object's own would each be boxed by V8, which takes
 * three times the memory; these are side by side and are copied by the thousand at once.
 */
export class NumberRows {
  private page = new Float64Array(0);
  private next = 0;

  constructor(private readonly width: number) {}

  /** A new row of zeros. */
  open(): NumberRow {
    if (this.next === this.page.length) this.turnPage();
    const row = { page: this.page, at: this.next };
    this.next += this.width;
    return row;
  }

  private turnPage(): void {
    const rows = this.page.length === 0 ? FIRST_ROWS : Math.min((2 * this.page.length) / this.width, MOST_ROWS);
    this.page = new Float64Array(rows * this.width);
    this.next = 0;
  }
}
