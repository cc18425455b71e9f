import { html, nothing } from '../libraries/lit-html.js';
import { formatCount } from '../format.js';
import { RowOrder, sortRows } from '../data/row-order.js';
import { hashOf, selectionHash } from '../view-state.js';
import { columnsOf, NAME_COLUMN, showsRepeats } from './name-columns.js';
import { nameRow } from './name-row.js';

/** @import { NameRow } from '../data/name-rows.js' */
/** @import { Column } from './name-columns.js' */
/** @import { ViewState } from '../view-state.js' */

const FEW_ROWS = 15;
const ROWS_PER_PAGE = [FEW_ROWS, 50, 200];

/** The pages at which the tables stand: not worth a place in the address. */
const paging = { agents: { page: 0, size: FEW_ROWS }, tools: { page: 0, size: FEW_ROWS } };
const orders = { agents: new RowOrder(), tools: new RowOrder() };
/** Where the pointer is. @type {'agents' | 'tools' | undefined} */
let pointed;

/**
 * Agents or tools as a table, one page of it. Roles are said: rows that are drawn only where they are seen are no table to
 * the browser's layout, and some then forget what they are.
 *
 * @param {'agents' | 'tools'} kind
 * @param {NameRow[]} rows
 * @param {ViewState} view
 * @param {readonly number[]} times
 * @param {() => void} update
 */
export function nameTable(kind, rows, view, times, update) {
  const columns = columnsOf(kind, rows);
  const ordered = orderRows(kind, rows, view);
  const place = paging[kind];
  place.page = Math.max(0, Math.min(place.page, Math.ceil(ordered.length / place.size) - 1));
  const shown = ordered.slice(place.page * place.size, (place.page + 1) * place.size);
  // A finger does not rest on what it has touched.
  const enter = (/** @type {PointerEvent} */ { pointerType }) => {
    pointed = pointerType === 'touch' ? undefined : kind;
  };
  const leave = () => {
    pointed = undefined;
    update();
  };
  const linkTo = selectionHash(view, kind === 'agents' ? 'agent' : 'tool');
  return html`<section class="panel" id=${kind} aria-labelledby="${kind}-title">
    <header>
      <h2 id="${kind}-title">
        ${kind === 'agents' ? 'Agents' : 'Tools'} <span class="count">${formatCount(rows.length)}</span>
      </h2>
      ${orders[kind].isHeld ? html`<span class="held">order held while you are in the table</span>` : nothing}
      ${rows.length > FEW_ROWS ? pager(place, rows.length, update) : nothing}
    </header>
    <div class="table-frame" tabindex="0" role="group" aria-label="${kind}, as a table">
      <table role="table" class="names ${showsRepeats(rows) ? 'with-repeats' : ''}">
        <thead role="rowgroup">
          <tr role="row">
            ${[NAME_COLUMN, ...columns].map((column) => headerCell(kind, column, view))}
            <th role="columnheader" scope="col" class="course">Last ${view.window}</th>
          </tr>
        </thead>
        <tbody role="rowgroup" @pointerenter=${enter} @pointerleave=${leave} @focusout=${update}>
          ${shown.map((row) => nameRow(row, columns, view.selected, linkTo, times))}
        </tbody>
      </table>
    </div>
    ${rows.length === 0 ? html`<p class="empty">${view.filter ? 'None has a name like that.' : `No ${kind} yet.`}</p>` : nothing}
  </section>`;
}

/** @param {'agents' | 'tools'} kind @param {NameRow[]} rows @param {ViewState} view */
function orderRows(kind, rows, view) {
  const order = view[kind];
  const { sortBy } =
    [NAME_COLUMN, ...columnsOf(kind, rows)].find(({ id }) => id === order.replace('-', '')) ?? NAME_COLUMN;
  const sorted = sortRows(rows, sortBy, order.startsWith('-'));
  return orders[kind].apply(sorted, `${order} ${view.filter}`, isVisited(kind));
}

/** Whether the focus is among the rows, or the pointer. @param {'agents' | 'tools'} kind */
function isVisited(kind) {
  return pointed === kind || document.querySelector(`#${kind} tbody`)?.matches(':focus-within') === true;
}

/** @param {'agents' | 'tools'} kind @param {Column} column @param {ViewState} view */
function headerCell(kind, { id, label, hint }, view) {
  const order = view[kind];
  const isSorted = order.replace('-', '') === id;
  const isDescending = order.startsWith('-');
  // Numbers are asked for from the top, names from A.
  const next = isSorted ? (isDescending ? id : `-${id}`) : id === 'name' ? id : `-${id}`;
  const sort = isSorted ? (isDescending ? 'descending' : 'ascending') : nothing;
  return html`<th
    role="columnheader"
    scope="col"
    aria-sort=${sort}
    title=${hint || nothing}
    class=${id === 'name' ? 'name-cell' : 'number'}
  >
    <a href=${hashOf(view, { [kind]: next })}
      >${label}<span aria-hidden="true">${isSorted ? (isDescending ? ' ↓' : ' ↑') : ''}</span></a
    >
  </th>`;
}

/** @param {typeof paging.agents} place @param {number} rows @param {() => void} update */
function pager(place, rows, update) {
  const first = place.page * place.size;
  const turn = (/** @type {number} */ by) => () => {
    place.page += by;
    update();
  };
  const resize = (/** @type {Event} */ event) => {
    place.size = Number(/** @type {HTMLSelectElement} */ (event.target).value);
    place.page = 0;
    update();
  };
  return html`<div class="pager">
    <span>${formatCount(first + 1)}–${formatCount(Math.min(rows, first + place.size))}</span>
    <button type="button" @click=${turn(-1)} ?disabled=${first === 0} aria-label="Previous page">‹</button>
    <button type="button" @click=${turn(1)} ?disabled=${first + place.size >= rows} aria-label="Next page">›</button>
    <select @change=${resize} aria-label="Rows per page">
      ${ROWS_PER_PAGE.map((size) => html`<option value=${size} ?selected=${size === place.size}>${size} rows</option>`)}
    </select>
  </div>`;
}
