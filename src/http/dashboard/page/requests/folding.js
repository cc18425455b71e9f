import { grouped } from '../data/grouped.js';

/** @import { Step } from './request-tree.js' */

/**
 * @typedef {object} Item a step, or several of one parent that share a row
 * @property {string} key
 * @property {'step' | 'repeated' | 'short'} look
 * @property {Step} first the step, or the first of them
 * @property {readonly Step[]} steps
 * @property {readonly Item[]} items inside it
 *
 * @typedef {object} Row
 * @property {Item} item
 * @property {number} level from 1
 * @property {number} position among its siblings, from 1
 * @property {number} siblings itself included
 * @property {boolean} isOpen
 */

/** With up to this many steps, all steps are open and no short ones are folded. */
export const FEW_STEPS = 30;
/** From this many on, calls of one name are one row. */
const MIN_REPEATED = 3;
const MIN_SHORT = 4;
/** A step below this share of the request's duration is short. */
const SHORT_SHARE = 0.01;
/** Beyond this many rows, no item opens by itself. */
const MAX_ROWS = 40;

/**
 * A request as a tree in which repeated calls of one parent are one item. If there are many steps, so are its short ones.
 *
 * @param {Step} root
 * @param {number} count of all its steps
 */
export function foldTree(root, count) {
  const shortMs = count > FEW_STEPS ? (root.endMs - root.startMs) * SHORT_SHARE : 0;
  return itemOf(root, shortMs);
}

/** @param {Step} step @param {number} shortMs @returns {Item} */
function itemOf(step, shortMs) {
  return { key: step.id, look: 'step', first: step, steps: [step], items: itemsOf(step, shortMs) };
}

/** @param {string} key @param {Item['look']} look @param {readonly Step[]} steps @param {number} shortMs @returns {Item[]} */
function foldOf(key, look, steps, shortMs) {
  const [first] = steps;
  const items = steps.map((step) => itemOf(step, shortMs));
  return first === undefined ? [] : [{ key, look, first, steps, items }];
}

/** @param {Step} parent @param {number} shortMs @returns {Item[]} */
function itemsOf({ id, children }, shortMs) {
  const byName = grouped(children, ({ kind, name }) => `${kind} ${name}`);
  const isRepeated = (/** @type {Step[]} */ { length }) => length >= MIN_REPEATED;
  const single = [...byName.values()].filter((steps) => !isRepeated(steps)).flat();
  const short = single.filter((step) => isShort(step, shortMs));
  const folded = short.length >= MIN_SHORT ? new Set(short) : new Set();
  const places = new Map(children.map((step, place) => [step, place]));
  const placeOf = (/** @type {Item} */ { first }) => places.get(first) ?? 0;
  return [
    ...[...byName].flatMap(([name, steps]) =>
      isRepeated(steps) ? foldOf(`${id} ${name}`, 'repeated', steps, shortMs) : [],
    ),
    ...single.filter((step) => !folded.has(step)).map((step) => itemOf(step, shortMs)),
    ...(folded.size > 0 ? foldOf(`${id} short`, 'short', short, shortMs) : []),
  ].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Failed and running steps are never short, so that they are not hidden. @param {Step} step @param {number} shortMs */
function isShort({ children, hasFailed, status, startMs, endMs }, shortMs) {
  return children.length === 0 && !hasFailed && status !== 'running' && endMs - startMs < shortMs;
}

/**
 * The items that are open unless the user closes them: all steps if they are few; else as many as are readable, first those
 * with a failure inside, then those on the critical path, then the longest.
 *
 * @param {Item} root
 * @param {number} count of all steps
 * @param {ReadonlySet<string>} path the ids of the steps on the critical path
 */
export function openByItself(root, count, path) {
  const open = new Set([root.key]);
  const worthOf = (/** @type {Item} */ { first, items }) =>
    (items.some(hasFailure) ? 2e12 : 0) + (path.has(first.id) ? 1e12 : 0) + first.endMs - first.startMs;
  const closed = root.items.filter(canOpen);
  let rows = 1 + root.items.length;
  while (closed.length > 0) {
    closed.sort((a, b) => worthOf(a) - worthOf(b));
    const item = /** @type {Item} */ (closed.pop());
    if (count > FEW_STEPS && rows + item.items.length > MAX_ROWS) continue;
    open.add(item.key);
    rows += item.items.length;
    closed.push(...item.items.filter(canOpen));
  }
  return open;
}

/** Folds are opened by hand. @param {Item} item */
function canOpen({ look, items }) {
  return look === 'step' && items.length > 0;
}

/** @param {Item} item @returns {boolean} */
function hasFailure({ steps, items }) {
  return steps.some(({ hasFailed }) => hasFailed) || items.some(hasFailure);
}

/** The keys of all items around a step. @param {Item} root @param {string} id @returns {string[]} */
export function keysAround(root, id) {
  for (const item of root.items) {
    if (item.look === 'step' && item.key === id) return [root.key];
    const keys = keysAround(item, id);
    if (keys.length > 0) return [root.key, ...keys];
  }
  return [];
}

/** The visible rows. @param {Item} root @param {(item: Item) => boolean} isOpen */
export function visibleRows(root, isOpen) {
  /** @type {Row[]} */
  const rows = [];
  /** @param {readonly Item[]} items @param {number} level */
  const add = (items, level) => {
    items.forEach((item, index) => {
      const row = { item, level, position: index + 1, siblings: items.length, isOpen: isOpen(item) };
      rows.push(row);
      if (row.isOpen) add(item.items, level + 1);
    });
  };
  add([root], 1);
  return rows;
}
