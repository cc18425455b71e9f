/** @import { TrendWindow } from './data/documents' */

/**
 * @typedef {object} ViewState what was chosen; it stands in the address, so that a link shows the same
 * @property {TrendWindow} window
 * @property {{ kind: 'agent' | 'tool', name: string } | undefined} selected
 * @property {string} request the id of the request that is unfolded
 * @property {string} filter
 * @property {boolean} failedOnly of requests
 * @property {string} agents the column that sorts, descending after a `-`
 * @property {string} tools
 */

/** @type {readonly TrendWindow[]} */
export const WINDOWS = ['1m', '5m', '15m', '1h'];

/** @type {ViewState} */
const DEFAULTS = {
  window: '5m',
  selected: undefined,
  request: '',
  filter: '',
  failedOnly: false,
  agents: '-calls',
  tools: '-calls',
};

/** @param {string} hash @returns {ViewState} */
export function parseView(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const text = (/** @type {string} */ name, fallback = '') => parameters.get(name) ?? fallback;
  const [agent, tool] = [parameters.get('agent'), parameters.get('tool')];
  return {
    window: WINDOWS.find((window) => window === parameters.get('window')) ?? DEFAULTS.window,
    selected:
      agent !== null ? { kind: 'agent', name: agent } : tool !== null ? { kind: 'tool', name: tool } : undefined,
    request: text('request'),
    filter: text('filter'),
    failedOnly: parameters.has('failed'),
    agents: text('agents', DEFAULTS.agents),
    tools: text('tools', DEFAULTS.tools),
  };
}

/** The address of a view, to be put into a link. What is not said remains. @param {ViewState} view @param {Partial<ViewState>} change */
export function hashOf(view, change = {}) {
  const { selected, failedOnly, ...texts } = { ...view, ...change };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(texts)) {
    if (value !== DEFAULTS[/** @type {keyof typeof texts} */ (name)]) parameters.set(name, value);
  }
  if (selected !== undefined) parameters.set(selected.kind, selected.name);
  if (failedOnly) parameters.set('failed', '');
  return `#${parameters}`;
}

/** The addresses of a view with one or another name selected: what they have in common is put together once. @param {ViewState} view @param {'agent' | 'tool'} kind */
export function selectionHash(view, kind) {
  const rest = hashOf(view, { selected: undefined });
  const prefix = rest === '#' ? rest : `${rest}&`;
  return (/** @type {string} */ name) => `${prefix}${new URLSearchParams([[kind, name]])}`;
}
