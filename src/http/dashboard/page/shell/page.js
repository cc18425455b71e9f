import { matcher } from '../data/name-filter.js';
import { fleetBar } from '../fleet/fleet-bar.js';
import { fleetPage } from '../fleet/fleet-page.js';
import { html, nothing } from '../libraries/lit-html.js';
import { mapPanel } from '../map/map-panel.js';
import '../parts/view-frame.js';
import { nowStrip } from '../plots/now-strip.js';
import { plotsPanel } from '../plots/plots.js';
import { requestPanel } from '../requests/request.js';
import { requestsPanel } from '../requests/requests.js';
import { detailsPanel } from '../tables/details.js';
import { tablesPanel } from '../tables/tables-panel.js';
import { verdictPanel } from '../verdict/verdict.js';
import { firstSteps, tokenForm } from './gate.js';
import { help } from './help.js';
import { notices } from './notices.js';
import { topBar } from './top-bar.js';

/** @import { Go } from '../plots/plots.js' */
/** @import { FleetFeed } from '../data/fleet-feed.js' */
/** @import { Poller } from '../data/poller.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */
/** @import { TopBarActions } from './top-bar.js' */

/**
 * @typedef {object} PageState
 * @property {Poller} poller
 * @property {ViewState} view
 * @property {boolean} hasToken
 * @property {FleetFeed | undefined} fleet undefined if there is no Prometheus to ask about other instances
 *
 * @typedef {TopBarActions & { update: () => void, enterToken: (token: string) => void, go: Go }} PageActions
 */

/** A phone: the verdict and the requests come first, and the map is folded. */
export const narrow = matchMedia('(width < 620px)');

/** @param {PageState} state @param {PageActions} actions */
export function page(state, actions) {
  const { poller, view, fleet } = state;
  const isAsked = fleet !== undefined && view.scope === 'fleet' && poller.state !== 'locked';
  const showsFleet = isAsked && fleet.answer !== undefined && 'instances' in fleet.answer;
  return html`<div class="head">
      ${topBar(poller, view, actions, { hasFleet: fleet !== undefined, showsFleet })} ${notices(poller, !showsFleet)}
    </div>
    ${isAsked ? fleetBar(fleet.answer, view) : nothing}
    <main class=${poller.state === 'away' ? 'is-stale' : ''}>${content(state, actions)}</main>
    ${help()}`;
}

/** @param {PageState} state @param {PageActions} actions */
function content(state, actions) {
  const { poller, view, fleet } = state;
  if (poller.state === 'locked') return tokenForm(state.hasToken, actions.enterToken);
  if (poller.snapshot === undefined)
    return html`<p class="empty connecting">${poller.state === 'connecting' ? 'Asking the server…' : ''}</p>`;
  if (fleet !== undefined && view.scope === 'fleet') {
    if (fleet.answer === undefined) return html`<p class="empty connecting">Asking Prometheus…</p>`;
    if ('instances' in fleet.answer) return fleetPage(fleet.answer, poller.snapshot, poller, view, actions.update);
  }
  if (isEmpty(poller.snapshot)) return firstSteps();
  return panels(poller.snapshot, state, actions);
}

/** @param {Snapshot} snapshot */
function isEmpty({ agents, tools, models, executions }) {
  return agents.size + tools.size + models.size + executions.length === 0;
}

/** @param {Snapshot} snapshot @param {PageState} state @param {PageActions} actions */
function panels(snapshot, { poller, view }, { update, go }) {
  const { starts } = poller.instances;
  const matches = matcher(view.filter);
  const verdict = inFrame(() => verdictPanel({ snapshot, starts }, view));
  const plots = html`${inFrame(() => plotsPanel(snapshot, view, starts, go))} ${inFrame(() => nowStrip(snapshot))}`;
  const requests = html`${inFrame(() => requestPanel(poller, view, update))}
  ${inFrame(() => requestsPanel(snapshot, poller, view, update))}`;
  const map = inFrame(() => mapPanel(snapshot, view, matches));
  const tables = inFrame(() => tablesPanel(snapshot, view, matches, update));
  const details = view.selected === undefined ? nothing : detailsPanel(snapshot, view, poller.failures);
  if (narrow.matches) return html`${verdict} ${requests} ${tables} ${plots} ${folded('Map', map)} ${details}`;
  return html`${verdict} ${plots} ${requests} ${map} ${tables} ${details}`;
}

/** @param {string} title @param {unknown} content */
function folded(title, content) {
  return html`<details class="panel folded">
    <summary>${title}</summary>
    ${content}
  </details>`;
}

/** @param {() => unknown} view */
function inFrame(view) {
  return html`<view-frame .view=${view}></view-frame>`;
}
