import { html, nothing } from '../libraries/lit-html.js';
import { hashOf } from '../data/view-state.js';
import { slotTimes } from '../data/trend-slots.js';
import { countFigure } from '../parts/figures.js';
import { tailsOf } from '../parts/short-name.js';
import { NAME_COLUMN } from './column.js';
import { pager, Paging } from './pager.js';
import { RowOrder, sortRows } from './row-order.js';
import { TableBody } from './table-body.js';
import { tableLinks } from './table-row.js';
import { tableHead } from './table-head.js';
import { tabsOf } from './tabs.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Tab, ViewState } from '../data/view-state.js' */
/** @import { Column } from './column.js' */
/** @import { Row } from './rows.js' */
/** @import { TableTab } from './tabs.js' */

const NAME = 'minmax(140px, 4fr)';
const COURSE = 'minmax(144px, 3fr)';
const USUAL_WIDTH = 58;
const WIDE = 860;

/** @typedef {{ paging: Paging, order: RowOrder, body: TableBody }} TablePlace the state of a table that is not in the address */

/** @type {Map<Tab, TablePlace>} */
const places = new Map();

/**
 * One table for all names, with a tab for each kind.
 *
 * @param {Snapshot} snapshot
 * @param {ViewState} view
 * @param {(...names: string[]) => boolean} matches
 * @param {() => void} update
 */
export function tablesPanel(snapshot, view, matches, update) {
  const tabs = tabsOf(snapshot);
  const tab = tabs.find(({ id }) => id === view.tab) ?? tabs[0];
  if (tab === undefined) return nothing;
  const all = tab.rows(snapshot);
  const wanted = all.filter(
    (row) => matches(row.name, row.alias) && (view.only === '' || row.hasFailed || !tab.hasFailures),
  );
  const columns = tab.columns(all);
  const place = placeOf(tab.id, update);
  const { paging, order, body } = place;
  const ordered = orderRows(wanted, columns, tab.id, place, view);
  const shown = paging.shown(ordered);
  return html`<section class="panel" id="tables" aria-labelledby="tables-title">
    <header>
      <h2 id="tables-title" class="unseen">Tables</h2>
      ${tabLinks(tabs, tab, snapshot, view)}
      <span class="held" id="held" role="status"
        >${order.isHeld ? `Sorting paused while ${body.isPointed ? 'you hover' : 'focus is inside'}` : ''}</span
      >
      ${tab.hasFailures ? failedOnly(view) : nothing}
      <span class="count" id="tables-count">${countText(shown, paging, wanted.length, all.length)}</span>
      ${paging.isNeeded(wanted.length) ? pager(paging, wanted.length, update) : nothing}
    </header>
    <div id=${tab.id}>
      ${shown.length === 0 ? html`<p class="empty">${all.length === 0 ? tab.empty : 'No matches.'}</p>` : table(shown, columns, tab, body, snapshot, view)}
    </div>
  </section>`;
}

/** @param {Tab} tab @param {() => void} update */
function placeOf(tab, update) {
  const place = places.get(tab) ?? { paging: new Paging(), order: new RowOrder(), body: new TableBody(update) };
  places.set(tab, place);
  return place;
}

/** @param {readonly TableTab[]} tabs @param {TableTab} current @param {Snapshot} snapshot @param {ViewState} view */
function tabLinks(tabs, current, snapshot, view) {
  return html`<nav class="choices" aria-label="Tables">
    ${tabs.map(
      ({ id, label, count }) =>
        html`<a href=${hashOf(view, { tab: id })} aria-current=${id === current.id ? 'true' : nothing}
          >${label(snapshot)} <span class="count">${countFigure(count(snapshot))}</span></a
        >`,
    )}
  </nav>`;
}

/** @param {ViewState} view */
function failedOnly(view) {
  const toggle = () => {
    location.hash = hashOf(view, { only: view.only === '' ? 'failed' : '' });
  };
  return html`<label class="toggle"
    ><input type="checkbox" id="failed-only" .checked=${view.only !== ''} @change=${toggle} /> Failed only</label
  >`;
}

/** Which rows are shown; empty for all or none. @param {readonly Row[]} shown @param {Paging} paging @param {number} wanted @param {number} all */
function countText(shown, paging, wanted, all) {
  if (shown.length === all || shown.length === 0) return '';
  if (shown.length === wanted) return `Showing ${countFigure(wanted)} of ${countFigure(all)}`;
  const first = paging.page * paging.size;
  const of = wanted === all ? countFigure(all) : `${countFigure(wanted)} (${countFigure(all)} in all)`;
  return `Showing ${countFigure(first + 1)}–${countFigure(first + shown.length)} of ${of}`;
}

/** @param {Row[]} rows @param {readonly Column[]} columns @param {Tab} tab @param {TablePlace} place @param {ViewState} view */
function orderRows(rows, columns, tab, { order, body }, view) {
  const asked = view[tab];
  const { sortBy } = [NAME_COLUMN, ...columns].find(({ id }) => id === asked.replace('-', '')) ?? NAME_COLUMN;
  const sorted = sortRows(rows, sortBy, asked.startsWith('-'));
  return order.apply(sorted, `${asked} ${view.only} ${view.filter}`, body.isVisited);
}

/** @param {readonly Row[]} rows @param {readonly Column[]} columns @param {TableTab} tab @param {TableBody} body @param {Snapshot} snapshot @param {ViewState} view */
function table(rows, columns, tab, body, snapshot, view) {
  const { id, hasCourse } = tab;
  const times = hasCourse ? slotTimes(snapshot) : undefined;
  const links = tableLinks(id, view);
  const tails = tailsOf(rows.map(({ name }) => name));
  const { selected } = view;
  const placeOf = (/** @type {Row} */ { kind, name }) => {
    const isSelected = kind !== undefined && selected?.kind === kind && selected.name === name;
    return { links, isSelected, tail: tails.get(name), times };
  };
  return html`<div
    class="table-frame"
    tabindex="0"
    role="group"
    aria-label="${id}, as a table"
    .style=${widths(columns, times !== undefined)}
  >
    <table
      role="table"
      class="names ${times === undefined ? 'without-course' : ''} ${isWide(columns) ? 'is-wide' : ''}"
    >
      ${tableHead(columns, tab, view, snapshot.trends.window)} ${body.draw(rows, columns, placeOf)}
    </table>
  </div>`;
}

/** Each row is a grid with the same columns. If there is less room, some columns are left out. @param {readonly Column[]} columns @param {boolean} hasCourse */
function widths(columns, hasCourse) {
  const all = (/** @type {readonly Column[]} */ some) =>
    [NAME, ...some.map(({ width = USUAL_WIDTH }) => `minmax(${width}px, 1fr)`), hasCourse ? COURSE : ''].join(' ');
  return `--columns: ${all(columns)}; --columns-fewer: ${all(columns.filter(({ rank }) => rank !== 'last'))}`;
}

/** Whether they need more room than most tables. @param {readonly Column[]} columns */
function isWide(columns) {
  return columns.reduce((sum, { width = USUAL_WIDTH }) => sum + width, 0) > WIDE;
}
