/** @import { NameRow } from './name-rows.js' */

/**
 * Rows by a key, ties by calls and then by name.
 *
 * @param {readonly NameRow[]} rows
 * @param {(row: NameRow) => string | number} keyOf
 * @param {boolean} isDescending
 */
export function sortRows(rows, keyOf, isDescending) {
  const sign = isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort(
    (a, b) =>
      sign * compare(a.key, b.key) ||
      b.row.totals.execution_count - a.row.totals.execution_count ||
      compare(a.row.name, b.row.name),
  );
  return keyed.map(({ row }) => row);
}

/** @param {string | number} a @param {string | number} b */
function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

/** The order of a table, which can be held: nobody can read, or hit, what changes its place. */
export class RowOrder {
  /** What was asked for when the names stood so. */
  question = '';
  /** @type {readonly string[]} */
  names = [];
  /** Whether something would stand elsewhere by now. */
  isHeld = false;

  /**
   * Rows as they stood, newcomers behind them, where the order is to be held and nothing else is asked for.
   *
   * @param {NameRow[]} sorted
   * @param {string} question
   * @param {boolean} hold
   */
  apply(sorted, question, hold) {
    const rows = hold && question === this.question ? this.asTheyStood(sorted) : sorted;
    this.isHeld = rows.some((row, index) => row !== sorted[index]);
    this.question = question;
    this.names = rows.map(({ name }) => name);
    return rows;
  }

  /** @param {readonly NameRow[]} sorted */
  asTheyStood(sorted) {
    const places = new Map(this.names.map((name, place) => [name, place]));
    const placeOf = (/** @type {NameRow} */ { name }) => places.get(name) ?? places.size;
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
