import { html, nothing } from '../libraries/lit-html.js';
import { formatSeconds, formatTime, plural } from '../format.js';
import { hashOf, WINDOWS } from '../view-state.js';

/** @import { Poller } from '../data/poller.js' */
/** @import { ViewState } from '../view-state.js' */

/**
 * @typedef {object} TopBarActions
 * @property {(filter: string) => void} filter
 * @property {() => void} togglePause
 * @property {() => void} switchTheme
 * @property {() => string} theme
 */

const STATE_TEXTS = {
  connecting: 'Connecting',
  live: 'Live',
  paused: 'Paused',
  away: 'No answer',
  locked: 'Locked',
  refused: 'Refused',
};

/** @param {Poller} poller @param {ViewState} view @param {TopBarActions} actions */
export function topBar(poller, view, actions) {
  const isPaused = poller.state === 'paused';
  const onFilter = (/** @type {Event} */ event) => actions.filter(/** @type {HTMLInputElement} */ (event.target).value);
  return html`<header class="top-bar">
    <h1>Agent metrics</h1>
    <span class="connection connection-${poller.state}" role="status" id="connection"
      ><span class="lamp"></span>${STATE_TEXTS[poller.state]}</span
    >
    ${instanceText(poller)}
    <nav aria-label="Window of time">
      ${WINDOWS.map((window) => html`<a href=${hashOf(view, { window })} aria-current=${window === view.window ? 'true' : nothing}>${window}</a>`)}
    </nav>
    <input
      type="search"
      id="filter"
      placeholder="Filter names  /"
      aria-label="Filter agents, tools, models and requests by name"
      .value=${view.filter}
      @input=${onFilter}
    />
    <button type="button" id="pause" @click=${actions.togglePause} aria-pressed=${isPaused}>
      ${isPaused ? 'Go on' : 'Pause'}
    </button>
    <button
      type="button"
      id="theme"
      @click=${actions.switchTheme}
      aria-label="Colours: ${actions.theme()}"
      title="Colours: ${actions.theme()}"
    >
      <span aria-hidden="true">◐</span> <span class="theme-name">${actions.theme()}</span>
    </button>
  </header>`;
}

/** @param {Poller} poller */
function instanceText({ snapshot }) {
  if (snapshot === undefined) return html`<span class="instance"></span>`;
  const { instance, system_metrics } = snapshot.document;
  const uptime = formatSeconds(Math.floor(system_metrics.uptime_seconds));
  return html`<span class="instance" id="instance" title="Instance ${instance.id}, version ${instance.version}">
    <bdi>${instance.hostname}</bdi> · pid ${instance.pid} · up ${uptime}
  </span>`;
}

/** What has to be known before any figure is believed. @param {Poller} poller */
export function notices(poller) {
  const instances = poller.instances.all;
  return html`<div role="status" class="notices">
    ${
      poller.state === 'away'
        ? html`<p class="notice notice-bad" id="away">
            The server has not answered since
            ${formatTime(poller.since)}${poller.refusal ? ` (status ${poller.refusal})` : ''}. These are the last
            figures; the page goes on asking.
          </p>`
        : nothing
    }
    ${
      poller.state === 'refused'
        ? html`<p class="notice notice-bad" id="refused">
            The server answers ${poller.refusal}: it does not let this page read the metrics.
          </p>`
        : nothing
    }
    ${
      instances.length > 1
        ? html`<p class="notice" id="instances">
            ${plural(instances.length, 'instance')} answer in turn here
            (${instances.map(({ hostname, pid }) => `${hostname} ${pid}`).join(', ')}). Each knows only its own figures:
            open one directly, or let Prometheus add them up.
          </p>`
        : nothing
    }
  </div>`;
}
