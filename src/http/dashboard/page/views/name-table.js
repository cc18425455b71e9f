import { html, nothing } from '../libraries/lit-html.js';
import { formatCount } from '../format.js';
import { hashOf } from '../view-state.js';
import { COLUMNS_OF, NAME_COLUMN } from './name-columns.js';
import { nameText } from './names.js';
import { sparkline } from './sparkline.js';

/** @import { NameRow } from '../data/name-rows.js' */
/** @import { Column } from './name-columns.js' */
/** @import { ViewState } from '../view-state.js' */

const FEW_ROWS = 15;
const ROWS_PER_PAGE = [FEW_ROWS, 50, 200];

/** The pages at which the tables stand: not worth a place in the address. */
const paging = { agents: { page: 0, size: FEW_ROWS }, tools: { page: 0, size: FEW_ROWS } };

/**
 * Agents or tools as a table, one page of it.
 *
 * @param {'agents' | 'tools'} kind
 * @param {NameRow[]} rows
 * @param {ViewState} view
 * @param {readonly number[]} times
 * @param {() => void} update
 */
export function nameTable(kind, rows, view, times, update) {
  const columns = COLUMNS_OF[kind];
  const sorted = sortRows(rows, [NAME_COLUMN, ...columns], view[kind]);
  const place = paging[kind];
  place.page = Math.max(0, Math.min(place.page, Math.ceil(sorted.length / place.size) - 1));
  const shown = sorted.slice(place.page * place.size, (place.page + 1) * place.size);
  return html`<section class="panel" id=${kind} aria-labelledby="${kind}-title">
    <header>
      <h2 id="${kind}-title">
        ${kind === 'agents' ? 'Agents' : 'Tools'} <span class="count">${formatCount(rows.length)}</span>
      </h2>
      ${rows.length > FEW_ROWS ? pager(place, rows.length, update) : nothing}
    </header>
    <div class="table-frame" tabindex="0" role="group" aria-label="${kind}, as a table">
      <table class="names">
        <thead>
          <tr>
            ${[NAME_COLUMN, ...columns].map((column) => headerCell(kind, column, view))}
            <th scope="col" class="course">Last ${view.window}</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((row) => rowView(row, columns, view, times))}
        </tbody>
      </table>
    </div>
    ${rows.length === 0 ? html`<p class="empty">${view.filter ? 'None has a name like that.' : `No ${kind} yet.`}</p>` : nothing}
  </section>`;
}

/** @param {NameRow[]} rows @param {Column[]} columns @param {string} order @returns {NameRow[]} */
function sortRows(rows, columns, order) {
  const isDescending = order.startsWith('-');
  const { sortBy } = columns.find(({ id }) => id === order.replace('-', '')) ?? NAME_COLUMN;
  const sign = isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: sortBy(row) }));
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

/** @param {'agents' | 'tools'} kind @param {Column} column @param {ViewState} view */
function headerCell(kind, { id, label, hint }, view) {
  const order = view[kind];
  const isSorted = order.replace('-', '') === id;
  const isDescending = order.startsWith('-');
  // Numbers are asked for from the top, names from A.
  const next = isSorted ? (isDescending ? id : `-${id}`) : id === 'name' ? id : `-${id}`;
  const sort = isSorted ? (isDescending ? 'descending' : 'ascending') : nothing;
  return html`<th
    scope="col"
    aria-sort=${sort}
    title=${hint || nothing}
    class=${id === 'name' ? 'name-cell' : `number column-${id}`}
  >
    <a href=${hashOf(view, { [kind]: next })}
      >${label}<span aria-hidden="true">${isSorted ? (isDescending ? ' ↓' : ' ↑') : ''}</span></a
    >
  </th>`;
}

/** @param {NameRow} row @param {Column[]} columns @param {ViewState} view @param {readonly number[]} times */
function rowView(row, columns, view, times) {
  const { kind, name, title } = row;
  const isSelected = view.selected?.kind === kind && view.selected.name === name;
  return html`<tr class=${isSelected ? 'is-selected' : ''}>
    <th scope="row" class="name-cell">
      <a href=${hashOf(view, { selected: { kind, name } })} aria-current=${isSelected ? 'true' : nothing}
        >${nameText(name)}</a
      >${title === name ? nothing : html` <bdi class="alias">${title}</bdi>`}
    </th>
    ${columns.map(({ id, cell, look }) => html`<td class="number ${look?.(row) ?? ''}" data-column=${id}>${cell(row)}</td>`)}
    <td class="course">${sparkline(row.trend, times)}</td>
  </tr>`;
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
