/** @import { Row } from './rows.js' */

/**
 * Rows by a key, ties by their weight and then by name. Unknown values come last, whatever the direction.
 *
 * @param {readonly Row[]} rows
 * @param {(row: Row) => string | number | undefined} keyOf
 * @param {boolean} isDescending
 */
export function sortRows(rows, keyOf, isDescending) {
  const sign = isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort(
    (a, b) =>
      Number(a.key === undefined) - Number(b.key === undefined) ||
      sign * compare(a.key ?? 0, b.key ?? 0) ||
      b.row.weight - a.row.weight ||
      compare(a.row.key, b.row.key),
  );
  return keyed.map(({ row }) => row);
}

/** @param {string | number} a @param {string | number} b */
function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

/** The order of a table, which can be held: a row that moves can be neither read nor hit. */
export class RowOrder {
  /** The question that the order answers. */
  question = '';
  /** @type {readonly string[]} */
  keys = [];
  /** Whether the held order differs from the sorted one. */
  isHeld = false;

  /**
   * The rows in order. If the order is held and its question is the same, the rows keep their places, newcomers behind them.
   *
   * @param {Row[]} sorted
   * @param {string} question
   * @param {boolean} hold
   */
  apply(sorted, question, hold) {
    const rows = hold && question === this.question ? this.asTheyStood(sorted) : sorted;
    this.isHeld = rows.some((row, index) => row !== sorted[index]);
    this.question = question;
    this.keys = rows.map(({ key }) => key);
    return rows;
  }

  /** @param {readonly Row[]} sorted */
  asTheyStood(sorted) {
    const places = new Map(this.keys.map((key, place) => [key, place]));
    const placeOf = (/** @type {Row} */ { key }) => places.get(key) ?? places.size;
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
