import { html, nothing } from '../libraries/lit-html.js';
import { hashOf } from '../data/view-state.js';
import { NAME_COLUMN } from './column.js';

/** @import { Tab, ViewState } from '../data/view-state.js' */
/** @import { Column, Scope } from './column.js' */
/** @import { TableTab } from './tabs.js' */

/** @param {readonly Column[]} columns @param {TableTab} tab @param {ViewState} view @param {string} window of the data */
export function tableHead(columns, { id: tab, hasCourse }, view, window) {
  return html`<thead role="rowgroup">
    <tr role="row">
      ${headerCell(NAME_COLUMN, tab, view)}
      ${columns.map((column, index) => {
        const isFirst = columns[index - 1]?.scope !== column.scope;
        return headerCell(column, tab, view, scopeText(column.scope, window), isFirst);
      })}
      ${hasCourse ? courseHead(window) : nothing}
    </tr>
  </thead>`;
}

/** @param {string} window */
function courseHead(window) {
  return html`<th role="columnheader" scope="col" class="course">
    <span class="head-scope">last ${window}</span><span>Calls and failures</span>
  </th>`;
}

/** @param {Scope} scope @param {string} window */
function scopeText(scope, window) {
  if (scope === 'window') return `last ${window}`;
  return { start: 'since start', now: 'now', history: 'first token, of the history' }[scope];
}

/** @param {Column} column @param {Tab} tab @param {ViewState} view @param {string} scope @param {boolean} isFirst of its scope, whose name is shown once */
function headerCell({ id, label, hint, rank, isText }, tab, view, scope = '', isFirst = false) {
  const order = view[tab];
  const isSorted = order.replace('-', '') === id;
  const isDescending = order.startsWith('-');
  // The first click sorts numbers from the largest down, and names from A.
  const next = isSorted ? (isDescending ? id : `-${id}`) : id === 'name' ? id : `-${id}`;
  const sort = isSorted ? (isDescending ? 'descending' : 'ascending') : nothing;
  return html`<th
    role="columnheader"
    scope="col"
    aria-sort=${sort}
    title=${hint || nothing}
    class="${id === 'name' ? 'name-cell' : isText ? 'text' : 'number'} ${rank ? `is-${rank}` : ''} ${isFirst ? 'is-scope' : ''}"
  >
    ${isFirst ? html`<span class="head-scope" aria-hidden="true">${scope}</span>` : nothing}
    <a href=${hashOf(view, { [tab]: next })}
      >${label}<span class="unseen">${scope === '' ? '' : `, ${scope}`}${hint === '' ? '' : `: ${hint}`}</span
      ><span aria-hidden="true">${isSorted ? (isDescending ? ' ↓' : ' ↑') : ''}</span></a
    >
  </th>`;
}
