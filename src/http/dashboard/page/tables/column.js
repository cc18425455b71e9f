import { html, nothing } from '../libraries/lit-html.js';
import { unknownFigure } from '../parts/figures.js';

/** @import { ViewState } from '../data/view-state.js' */
/** @import { Row } from './rows.js' */

/**
 * @typedef {'now' | 'window' | 'start' | 'history'} Scope the time that a figure is of
 *
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {Scope} scope
 * @property {string} hint
 * @property {(row: Row) => number | string | undefined} sortBy undefined if the value is unknown
 * @property {(row: Row) => unknown} cell
 * @property {(row: Row) => string} [look]
 * @property {ViewState['list']} [list] the requests behind the figure
 * @property {number} [width] its least, in pixels
 * @property {'first' | 'last'} [rank] `first`: also on a phone; `last`: only if there is much room
 * @property {boolean} [isText]
 *
 * @typedef {Omit<Column, 'sortBy' | 'cell'> & {
 *   value: (row: Row) => number | undefined,
 *   format: (value: number) => unknown,
 *   why?: (row: Row) => string,
 *   mark?: (row: Row) => unknown,
 * }} Figure a column of numbers: `why` a number is unknown, `mark` the mark before it
 */

/** Most cells are a text and no more: a page has thousands of them. @param {Figure} figure @returns {Column} */
export function figureColumn({ value, format, why = () => 'unknown', mark, look, ...column }) {
  return {
    ...column,
    sortBy: value,
    cell: (row) => {
      const known = value(row);
      if (known === undefined) return unknownFigure(why(row));
      const before = mark?.(row) ?? nothing;
      return before === nothing ? format(known) : html`${before}${format(known)}`;
    },
    look: (row) => (value(row) === 0 ? 'zero' : (look?.(row) ?? '')),
  };
}

/** @type {Column} */
export const NAME_COLUMN = {
  id: 'name',
  label: 'Name',
  scope: 'now',
  hint: '',
  sortBy: ({ name, alias }) => `${name} ${alias}`.toLowerCase(),
  cell: () => '',
};
