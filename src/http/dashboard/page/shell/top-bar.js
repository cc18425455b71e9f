import { html, nothing } from '../libraries/lit-html.js';
import { hashOf, WINDOWS } from '../data/view-state.js';
import { formatSeconds } from '../parts/format.js';
import { answererText } from '../parts/names.js';
import { scopeSwitch } from '../fleet/fleet-bar.js';

/** @import { MetricsDocument } from '../data/documents' */
/** @import { Poller } from '../data/poller.js' */
/** @import { ViewState } from '../data/view-state.js' */

/**
 * @typedef {object} TopBarActions
 * @property {(filter: string) => void} filter
 * @property {(text: string) => void} search called by Enter
 * @property {() => void} togglePause
 * @property {() => void} switchTheme
 * @property {() => string} theme
 */

const STATE_TEXTS = {
  connecting: 'Connecting',
  live: 'Live',
  paused: 'Paused',
  away: 'Disconnected',
  locked: 'Token required',
  refused: 'Access denied',
};

/** @param {Poller} poller @param {ViewState} view @param {TopBarActions} actions @param {{ hasFleet: boolean, showsFleet: boolean }} fleet */
export function topBar(poller, view, actions, { hasFleet, showsFleet }) {
  const isPaused = poller.state === 'paused';
  return html`<header class="top-bar">
    ${answerer(poller)}
    <span class="connection connection-${poller.state}" role="status" id="connection"
      ><span class="lamp"></span>${STATE_TEXTS[poller.state]}</span
    >
    <span class="bar-space"></span>
    ${hasFleet ? scopeSwitch(view) : nothing} ${showsFleet ? nothing : windowLinks(view)} ${searchBox(view, actions)}
    <button type="button" id="pause" @click=${actions.togglePause} aria-pressed=${isPaused}>
      ${isPaused ? 'Resume' : 'Pause'}
    </button>
    <button
      type="button"
      id="theme"
      @click=${actions.switchTheme}
      aria-label="Theme: ${actions.theme()}"
      title="Theme: ${actions.theme()}"
    >
      ${THEME_SIGN} <span class="theme-name">${actions.theme()}</span>
    </button>
    <button type="button" id="help-button" popovertarget="help" aria-label="Help" title="Help (?)">?</button>
  </header>`;
}

const THEME_SIGN = html`<svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
  <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5"></circle>
  <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"></path>
</svg>`;

/** @param {ViewState} view @param {TopBarActions} actions */
function searchBox({ filter }, actions) {
  const textOf = (/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.target).value;
  return html`<input
    type="search"
    id="filter"
    placeholder="Find agent, tool, model, request id"
    aria-label="Find agent, tool, model, request id"
    aria-keyshortcuts="/"
    autocomplete="off"
    spellcheck="false"
    .value=${filter}
    @input=${(/** @type {Event} */ event) => actions.filter(textOf(event))}
    @keydown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && actions.search(textOf(event))}
  />`;
}

/** The windows of this process. @param {ViewState} view */
function windowLinks(view) {
  return html`<nav aria-label="Time window">
    ${WINDOWS.map((window) => html`<a href=${hashOf(view, { window, span: undefined })} aria-current=${window === view.window ? 'true' : nothing}>${window}</a>`)}
  </nav>`;
}

/** The process or machine that answers, and its facts. @param {Poller} poller */
function answerer({ snapshot }) {
  if (snapshot === undefined) return html`<h1>Agent metrics</h1>`;
  const { document } = snapshot;
  const uptime = formatSeconds(Math.floor(document.system_metrics.uptime_seconds));
  return html`<h1><span class="unseen">Agent metrics of </span><bdi>${document.instance.hostname}</bdi></h1>
    <span class="instance" id="instance"
      ><button type="button" class="plain" popovertarget="processes" aria-haspopup="true">
        ${answererText(document)}<svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
          <path d="m4 6 4 4 4-4"></path>
        </svg></button
      ><span> · up ${uptime}</span></span
    >
    ${processList(document)}`;
}

/** @param {MetricsDocument} document */
function processList({ instance, instances, system_metrics }) {
  return html`<div popover id="processes" class="popover" role="group" aria-labelledby="processes-title">
    <h2 id="processes-title" tabindex="-1">${instances === undefined ? 'Process' : 'Processes of this machine'}</h2>
    <dl>
      <dt>Host</dt>
      <dd><bdi>${instance.hostname}</bdi></dd>
      <dt>Version</dt>
      <dd>${instance.version}</dd>
      <dt>Since</dt>
      <dd>${new Date(system_metrics.start_time).toLocaleString()}</dd>
      ${
        instances === undefined
          ? html`<dt>Instance</dt>
              <dd>${instance.id}</dd>`
          : instances.map(
              ({ worker, pid, state }) =>
                html`<dt>Worker ${worker}</dt>
                  <dd class="process-${state}">pid ${pid}, ${state === 'up' ? 'answers' : 'does not answer'}</dd>`,
            )
      }
    </dl>
  </div>`;
}
