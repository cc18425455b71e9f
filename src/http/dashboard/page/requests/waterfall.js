import { html, nothing } from '../libraries/lit-html.js';
import { hashOf } from '../data/view-state.js';
import { formatSeconds } from '../parts/format.js';
import { KeyedList } from '../parts/keyed-list.js';
import { keysAround, visibleRows } from './folding.js';
import { placeOf, ticksOf } from './time-scale.js';
import { place } from './waterfall-place.js';
import { waterfallRow } from './waterfall-row.js';

/** @import { ViewState } from '../data/view-state.js' */
/** @import { Item, Row } from './folding.js' */
/** @import { OpenedRequest } from './opened.js' */

const MORE = 200;

/** The current drawing, for clicks and keys in it. @type {{ opened: OpenedRequest, view: ViewState, rows: Row[] } | undefined} */
let drawn;
/** @type {KeyedList<Row> | undefined} */
let tree;

/** Forgets the state of the last request: another one is open. */
export function forgetPlace() {
  Object.assign(place, { range: undefined, toggled: new Map(), current: '', shown: MORE });
}

/** A request as a tree of its steps, on one scale. @param {OpenedRequest} opened @param {ViewState} view @param {() => void} update */
export function waterfall(opened, view, update) {
  const range = place.range ?? opened.time;
  const element = drawTree(opened, view);
  const rest = (drawn?.rows.length ?? 0) - place.shown;
  const showMore = () => {
    place.shown += MORE;
    update();
  };
  return html`<div class="waterfall">
    <div class="scale" aria-hidden="true">
      <span class="scale-times"
        >${ticksOf(range).map(
          (ms) =>
            html`<span .style=${`left: ${placeOf(ms, ms, range)?.left ?? 0}%`}>${formatSeconds(ms / 1_000)}</span>`,
        )}</span
      >
    </div>
    ${element}
    ${rest > 0 ? html`<button type="button" class="more" @click=${showMore}>Show ${Math.min(MORE, rest)} more</button>` : nothing}
  </div>`;
}

/** @param {OpenedRequest} opened @param {ViewState} view */
function drawTree(opened, view) {
  const around = new Set(view.step === '' ? [] : keysAround(opened.items, view.step));
  const isOpen = (/** @type {Item} */ { key, items }) =>
    items.length > 0 && (place.toggled.get(key) ?? (opened.open.has(key) || around.has(key)));
  const rows = visibleRows(opened.items, isOpen);
  if (!rows.some(({ item }) => item.key === place.current)) place.current = view.step || opened.items.key;
  if (!rows.some(({ item }) => item.key === place.current)) place.current = opened.items.key;
  drawn = { opened, view, rows };
  tree ??= createTree();
  const hadFocus = tree.element.contains(document.activeElement);
  const range = place.range ?? opened.time;
  const look = { range, ticks: ticksOf(range), path: opened.path, view, current: place.current };
  tree.draw(rows.slice(0, place.shown), (row) => waterfallRow(row, look));
  // The focused row is folded away.
  if (hadFocus && !tree.element.contains(document.activeElement)) focusRow(place.current);
  return tree.element;
}

/** @returns {KeyedList<Row>} */
function createTree() {
  const element = document.createElement('div');
  element.className = 'steps-tree';
  element.setAttribute('role', 'tree');
  element.setAttribute('aria-label', 'Steps of the request');
  element.addEventListener('click', onClick);
  element.addEventListener('keydown', onKey);
  return new KeyedList(element, 'div', ({ item }) => item.key);
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  const row = rowAt(target);
  if (row === undefined || target.closest('a, .step-details') !== null) return;
  goTo(row);
  if (row.item.look !== 'step' || target.closest('.twist') !== null) toggle(row);
  else openStep(row);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const row = rowAt(/** @type {Element} */ (event.target));
  const isOnRow = /** @type {Element} */ (event.target).getAttribute('role') === 'treeitem';
  if (row === undefined || !isOnRow || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act(row);
}

/** @type {Record<string, ((row: Row) => void) | undefined>} */
const KEYS = {
  ArrowDown: (row) => goTo(neighbour(row, 1)),
  ArrowUp: (row) => goTo(neighbour(row, -1)),
  Home: () => goTo(drawn?.rows[0]),
  End: () => goTo(drawn?.rows[Math.min(drawn.rows.length, place.shown) - 1]),
  ArrowRight: (row) => {
    if (row.isOpen) goTo(neighbour(row, 1));
    else toggle(row);
  },
  ArrowLeft: (row) => {
    if (row.isOpen) toggle(row);
    else goTo(parentOf(row));
  },
  Enter: (row) => (row.item.look === 'step' ? openStep(row) : toggle(row)),
  ' ': (row) => (row.item.look === 'step' ? openStep(row) : toggle(row)),
};

/** @param {Element} element */
function rowAt(element) {
  const key = element.closest('[role=treeitem]')?.getAttribute('data-key');
  return drawn?.rows.find(({ item }) => item.key === key);
}

/** @param {Row} row @param {number} by */
function neighbour(row, by) {
  return drawn?.rows.slice(0, place.shown)[drawn.rows.indexOf(row) + by];
}

/** @param {Row} row */
function parentOf(row) {
  const before = drawn?.rows.slice(0, drawn.rows.indexOf(row)) ?? [];
  return before.findLast(({ level }) => level < row.level);
}

/** @param {Row | undefined} row */
function goTo(row) {
  if (row === undefined || drawn === undefined) return;
  place.current = row.item.key;
  drawTree(drawn.opened, drawn.view);
  focusRow(row.item.key);
}

/** @param {string} key */
function focusRow(key) {
  const row = tree?.parts.get(key)?.firstElementChild;
  if (row instanceof HTMLElement) row.focus();
}

/** @param {Row} row */
function toggle({ item, isOpen }) {
  if (drawn === undefined || item.items.length === 0) return;
  place.toggled.set(item.key, !isOpen);
  drawTree(drawn.opened, drawn.view);
}

/** @param {Row} row */
function openStep({ item }) {
  if (drawn === undefined) return;
  location.hash = hashOf(drawn.view, { step: drawn.view.step === item.key ? '' : item.key });
}
