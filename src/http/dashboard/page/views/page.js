import { html, nothing } from '../libraries/lit-html.js';
import { agentRows, matcher, toolRows } from '../data/name-rows.js';
import { slotTimes } from '../data/trend-slots.js';
import { breakdownPanel } from './breakdown.js';
import { crewPanel } from './crew-map.js';
import { detailsPanel } from './details.js';
import { firstSteps, tokenForm } from './gate.js';
import { modelsPanel } from './models.js';
import { nameTable } from './name-table.js';
import { requestsPanel } from './requests.js';
import { runningPanel } from './running.js';
import { systemTiles } from './system-tiles.js';
import { notices, topBar } from './top-bar.js';
import './view-frame.js';

/** @import { Execution } from '../data/documents' */
/** @import { Poller } from '../data/poller.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../view-state.js' */
/** @import { TopBarActions } from './top-bar.js' */

/**
 * @typedef {object} PageState
 * @property {Poller} poller
 * @property {ViewState} view
 * @property {readonly Execution[]} failures of what is selected
 * @property {boolean} hasToken
 *
 * @typedef {TopBarActions & { update: () => void, enterToken: (token: string) => void }} PageActions
 */

/** @param {PageState} state @param {PageActions} actions */
export function page(state, actions) {
  const { poller, view } = state;
  return html`${topBar(poller, view, actions)} ${notices(poller)}
    <main class=${poller.state === 'away' ? 'is-stale' : ''}>${content(state, actions)}</main>`;
}

/** @param {PageState} state @param {PageActions} actions */
function content(state, actions) {
  const { poller } = state;
  if (poller.state === 'locked') return tokenForm(state.hasToken, actions.enterToken);
  if (poller.snapshot === undefined)
    return html`<p class="empty connecting">${poller.state === 'connecting' ? 'Asking the server…' : ''}</p>`;
  if (isEmpty(poller.snapshot)) return firstSteps();
  return panels(poller.snapshot, state, actions);
}

/** @param {Snapshot} snapshot */
function isEmpty({ agents, tools, models, executions }) {
  return agents.size + tools.size + models.size + executions.length === 0;
}

/** @param {Snapshot} snapshot @param {PageState} state @param {PageActions} actions */
function panels(snapshot, { poller, view, failures }, { update }) {
  const matches = matcher(view.filter);
  const times = slotTimes(snapshot);
  const rowsOf = (/** @type {import('../data/name-rows.js').NameRow[]} */ rows) =>
    rows.filter(({ name, title }) => matches(name, title));
  const samples = poller.samples.of(snapshot.document.instance.id);
  return html`${inFrame(() => systemTiles(snapshot, samples))}
    <div class="panels">
      ${inFrame(() => crewPanel(snapshot, view, matches))}
      <div class="stack">
        ${inFrame(() => runningPanel(snapshot, matches))} ${inFrame(() => modelsPanel(snapshot, matches))}
      </div>
      ${inFrame(() => nameTable('agents', rowsOf(agentRows(snapshot)), view, times, update))}
      ${inFrame(() => nameTable('tools', rowsOf(toolRows(snapshot)), view, times, update))}
      ${inFrame(() => breakdownPanel(snapshot, matches))}
      ${inFrame(() => requestsPanel(snapshot, view, matches, update))}
    </div>
    ${view.selected === undefined ? nothing : detailsPanel(snapshot, view, failures)}`;
}

/** @param {() => unknown} view */
function inFrame(view) {
  return html`<view-frame .view=${view}></view-frame>`;
}
