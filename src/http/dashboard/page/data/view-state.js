/** @import { FleetRange, TrendWindow } from './documents' */

/**
 * @typedef {'recent' | 'slowest' | 'failed' | 'running'} RequestList
 * @typedef {'agents' | 'tools' | 'models' | 'caches' | 'breakdown' | 'budgets'} Tab
 * @typedef {'errors' | 'p95' | 'cost' | 'rate'} Measure
 * @typedef {{ kind: 'agent' | 'tool' | 'model', name: string }} Selection
 *
 * @typedef {object} ViewState The user's choices. The address holds them, so a link shows the same view.
 * @property {TrendWindow} window
 * @property {readonly [from: number, to: number] | undefined} span a part of the window, in milliseconds since 1970
 * @property {Selection | undefined} selected
 * @property {string} filter of names
 * @property {RequestList} list which requests
 * @property {string} ran only requests in which this agent ran; empty for all
 * @property {string} called only requests in which this tool was called
 * @property {string} error only requests in which something ended with this type of error
 * @property {string} min only requests that took so many milliseconds
 * @property {string} request the id of the request that is open
 * @property {string} step the id of the execution in it that is open
 * @property {Tab} tab of the table
 * @property {string} agents the column that sorts, descending after a `-`
 * @property {string} tools
 * @property {string} models
 * @property {string} caches
 * @property {string} breakdown
 * @property {string} budgets
 * @property {'' | 'failed'} only which rows of the table: all, or those in which something failed
 * @property {Measure} map the figure of its nodes
 * @property {string} unfold the agent whose tools the map shows; empty for none
 * @property {'process' | 'fleet'} scope of the figures
 * @property {FleetRange} range of the fleet
 * @property {string} instance of the fleet; empty for all
 */

/** @type {readonly TrendWindow[]} */
export const WINDOWS = ['1m', '5m', '15m', '1h'];

/** @type {readonly FleetRange[]} */
export const RANGES = ['15m', '1h', '6h', '1d', '7d', '30d'];

/** @type {readonly RequestList[]} */
export const LISTS = ['recent', 'slowest', 'failed', 'running'];

/** @type {readonly Tab[]} */
export const TABS = ['agents', 'tools', 'models', 'caches', 'breakdown', 'budgets'];

/** @type {readonly Measure[]} */
export const MEASURES = ['errors', 'p95', 'cost', 'rate'];

/** @type {readonly Selection['kind'][]} */
const SELECTABLE = ['agent', 'tool', 'model'];

/** The allowed values. Any other value in an address becomes the default. */
const CHOICES = {
  window: WINDOWS,
  list: LISTS,
  tab: TABS,
  only: ['', 'failed'],
  map: MEASURES,
  scope: ['process', 'fleet'],
  range: RANGES,
};

const DEFAULTS = {
  window: '5m',
  filter: '',
  list: 'recent',
  ran: '',
  called: '',
  error: '',
  min: '',
  request: '',
  step: '',
  tab: 'agents',
  agents: '-calls',
  tools: '-calls',
  models: '-calls',
  caches: '-lookups',
  breakdown: '-cost',
  budgets: '-share',
  only: '',
  map: 'errors',
  unfold: '',
  scope: 'process',
  range: '1h',
  instance: '',
};

/** Asks for all requests of a list. */
export const ANY_REQUEST = { ran: '', called: '', error: '', min: '', span: undefined };

/** The request filter for a name. The server has no filter for models. @param {Selection} subject @returns {Partial<ViewState>} */
export function inWhich({ kind, name }) {
  return kind === 'agent' ? { ran: name } : kind === 'tool' ? { called: name } : {};
}

/** @param {string} hash @returns {ViewState} */
export function parseView(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const texts = Object.entries(DEFAULTS).map(([name, fallback]) => {
    const value = parameters.get(name) ?? fallback;
    const choices = Reflect.get(CHOICES, name);
    return [name, choices === undefined || choices.includes(value) ? value : fallback];
  });
  return { ...Object.fromEntries(texts), span: readSpan(parameters.get('span')), selected: readSelection(parameters) };
}

/** @param {string | null} text @returns {ViewState['span']} */
function readSpan(text) {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? '') ?? [];
  return Number(from) < Number(to) ? [Number(from), Number(to)] : undefined;
}

/** @param {URLSearchParams} parameters @returns {Selection | undefined} */
function readSelection(parameters) {
  const kind = SELECTABLE.find((kind) => parameters.has(kind));
  return kind && { kind, name: parameters.get(kind) ?? '' };
}

/** The address of a view after a change, for a link. @param {ViewState} view @param {Partial<ViewState>} change */
export function hashOf(view, change = {}) {
  const { selected, span, ...texts } = { ...view, ...change };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(texts)) {
    if (value !== Reflect.get(DEFAULTS, name)) parameters.set(name, value);
  }
  if (span !== undefined) parameters.set('span', span.join('-'));
  if (selected !== undefined) parameters.set(selected.kind, selected.name);
  return `#${parameters}`;
}

/**
 * Makes addresses of a view that differ in one name. Their common part is built once.
 *
 * @param {ViewState} view
 * @param {Partial<ViewState>} change without that name
 * @param {string} parameter whose value is the name
 */
export function nameHash(view, change, parameter) {
  const rest = hashOf(view, change);
  const prefix = `${rest === '#' ? rest : `${rest}&`}${parameter}=`;
  return (/** @type {string} */ name) => prefix + encoded(name);
}

/** The last encoded name: a row has several links with one name. */
let last = { name: '', text: '' };

/** @param {string} name */
function encoded(name) {
  if (name !== last.name) last = { name, text: new URLSearchParams([['', name]]).toString().slice(1) };
  return last.text;
}
