import { html, nothing } from '../libraries/lit-html.js';
import { formatTime, plural } from '../parts/format.js';
import { silentText } from '../verdict/process.js';

/** @import { Poller } from '../data/poller.js' */

/** Notices that users need before they trust the figures. @param {Poller} poller @param {boolean} hasVerdict which names silent processes */
export function notices(poller, hasVerdict) {
  return html`<div role="status" class="notices">
    ${awayNotice(poller)} ${refusedNotice(poller)} ${instancesNotice(poller)}
    ${hasVerdict ? nothing : silentNotice(poller)} ${restartText(poller)}
  </div>`;
}

/** @param {Poller} poller */
function awayNotice({ state, since, refusal }) {
  if (state !== 'away') return nothing;
  return html`<p class="notice notice-bad" id="away">
    Disconnected since ${formatTime(since)}${refusal ? ` (status ${refusal})` : ''}. These are the last figures; the
    page keeps trying.
  </p>`;
}

/** @param {Poller} poller */
function refusedNotice({ state, refusal }) {
  if (state !== 'refused') return nothing;
  return html`<p class="notice notice-bad" id="refused">
    Access denied: the server answers ${refusal} and does not let this page read the metrics.
  </p>`;
}

/** @param {Poller} poller */
function instancesNotice({ instances: { all } }) {
  if (all.length < 2) return nothing;
  return html`<p class="notice" id="instances">
    ${plural(all.length, 'instance')} answer in turn here
    (${all.map(({ hostname, pid }) => `${hostname} ${pid}`).join(', ')}). Each knows only its own figures: open one
    directly, or let Prometheus add them up.
  </p>`;
}

/** @param {Poller} poller */
function silentNotice({ snapshot }) {
  const text = snapshot && silentText(snapshot.document);
  return text === undefined ? nothing : html`<p class="notice notice-bad" id="silent">${text}</p>`;
}

/** For screen readers: others see restarts in the plots. @param {Poller} poller */
function restartText({ instances: { starts } }) {
  const last = starts.findLast(({ isRestart }) => isRestart);
  return last === undefined ? nothing : html`<p class="unseen">Restarted at ${formatTime(last.time)}</p>`;
}
