import { html, nothing } from '../libraries/lit-html.js';
import { ANY_REQUEST, nameHash } from '../data/view-state.js';
import { shortName } from '../parts/short-name.js';
import { sparkline } from '../parts/sparkline.js';

/** @import { Tab, ViewState } from '../data/view-state.js' */
/** @import { Column } from './column.js' */
/** @import { Row } from './rows.js' */

/**
 * @typedef {(name: string) => string} NameLink
 *
 * @typedef {object} RowPlace
 * @property {ReturnType<typeof tableLinks>} links
 * @property {boolean} isSelected
 * @property {number | undefined} tail how many letters at the end of its name must be visible
 * @property {readonly number[] | undefined} times of the slots; undefined if the table has no trends
 */

/** The kind of the names that can be selected, by table. */
const KINDS = /** @type {const} */ ({ agents: 'agent', tools: 'tool', models: 'model' });

/** The request filter of a name, by table. Requests have no filter for models, whose links lead to their details. */
const FILTERS = { agents: 'ran', tools: 'called' };

/**
 * The links of a table, of which each row needs several.
 *
 * @param {Tab} tab
 * @param {ViewState} view
 */
export function tableLinks(tab, view) {
  const kind = Reflect.get(KINDS, tab);
  const filter = Reflect.get(FILTERS, tab);
  /** @type {NameLink | undefined} */
  const select = kind === undefined ? undefined : nameHash(view, { selected: undefined }, kind);
  /** @type {Map<ViewState['list'], NameLink>} */
  const lists = new Map();
  const toList = (/** @type {ViewState['list']} */ list) => {
    if (filter === undefined) return select;
    const link = lists.get(list) ?? nameHash(view, { ...ANY_REQUEST, list }, filter);
    lists.set(list, link);
    return link;
  };
  return { select, toList, showsRequests: filter !== undefined };
}

/**
 * The cells of a row.
 *
 * @param {Row} row
 * @param {readonly Column[]} columns
 * @param {RowPlace} place
 */
export function rowCells(row, columns, { links, isSelected, tail, times }) {
  const { name, alias } = row;
  const text = shortName(name, tail);
  return html`<th role="rowheader" scope="row" class="name-cell">
      ${links.select === undefined ? text : html`<a href=${links.select(name)} aria-current=${isSelected ? 'true' : nothing}>${text}</a>`}${
        alias === '' ? nothing : html` <bdi class="alias" title=${alias}>${alias}</bdi>`
      }
    </th>
    ${columns.map((column) => cell(row, column, links))}
    ${times === undefined ? nothing : html`<td role="cell" class="course">${sparkline(row.trend, times)}</td>`}`;
}

/** @param {Row} row @param {Column} column @param {ReturnType<typeof tableLinks>} links */
function cell(row, { cell, look, list, rank, isText, sortBy, label }, { toList, showsRequests }) {
  const href = list === undefined || !sortBy(row) ? undefined : toList(list)?.(row.name);
  const content = cell(row);
  return html`<td
    role="cell"
    class="${isText ? 'text' : 'number'} ${rank ? `is-${rank}` : ''} ${look?.(row) ?? ''}"
    data-label=${label}
  >
    ${href === undefined ? content : html`<a href=${href} data-goes-to=${showsRequests ? 'requests' : nothing}>${content}</a>`}
  </td>`;
}
