import { KeyedList } from '../parts/keyed-list.js';
import { rowCells } from './table-row.js';

/** @import { Column } from './column.js' */
/** @import { Row } from './rows.js' */
/** @import { RowPlace } from './table-row.js' */

/**
 * Rows with a role. Each row is laid out for itself, and only if it is visible; some browsers then no longer treat it as the
 * row of a table.
 *
 * @extends {KeyedList<Row>}
 */
class RowList extends KeyedList {
  /** @param {string} key */
  partOf(key) {
    const row = super.partOf(key);
    if (!row.hasAttribute('role')) row.setAttribute('role', 'row');
    return row;
  }
}

/** The rows of a table, and whether the pointer or the focus is among them. */
export class TableBody {
  isPointed = false;
  element = document.createElement('tbody');
  list = new RowList(this.element, 'tr', ({ key }) => key);

  /** @param {() => void} update called when the pointer or the focus has left, and rows may take their places */
  constructor(update) {
    this.element.setAttribute('role', 'rowgroup');
    this.element.addEventListener('focusout', update);
    this.element.addEventListener('pointerenter', ({ pointerType }) => {
      // A finger does not rest on the row that it has touched.
      this.isPointed = pointerType !== 'touch';
    });
    this.element.addEventListener('pointerleave', () => {
      this.isPointed = false;
      update();
    });
  }

  /** Whether the focus is among the rows, or the pointer. */
  get isVisited() {
    return this.element.matches(this.isPointed ? ':is(:hover, :focus-within)' : ':focus-within');
  }

  /** @param {readonly Row[]} rows @param {readonly Column[]} columns @param {(row: Row) => RowPlace} placeOf */
  draw(rows, columns, placeOf) {
    return this.list.draw(rows, (row) => rowCells(row, columns, placeOf(row)));
  }
}
