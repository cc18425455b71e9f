import { html, nothing } from '../libraries/lit-html.js';
import { hashOf, RANGES } from '../data/view-state.js';

/** @import { FleetReason, FleetReport, FleetSilence } from '../data/documents' */
/** @import { ViewState } from '../data/view-state.js' */

/** @type {Record<FleetReason, string>} */
const REASON_TEXTS = {
  timeout: 'timeout',
  unreachable: 'unreachable',
  refused: 'access denied',
  bad_answer: 'no valid answer',
  busy: 'too many questions at a time',
};

/** Links to the figures of this process and of the fleet. @param {ViewState} view */
export function scopeSwitch(view) {
  const link = (/** @type {ViewState['scope']} */ scope, /** @type {string} */ text) =>
    html`<a href=${hashOf(view, { scope, selected: undefined })} aria-current=${scope === view.scope ? 'true' : nothing}
      >${text}</a
    >`;
  return html`<nav aria-label="Process or fleet" id="scope">
    ${link('process', 'This process')} ${link('fleet', 'Fleet')}
  </nav>`;
}

/** The range and the instance of the fleet, and a notice if Prometheus does not answer. @param {FleetReport | FleetSilence | undefined} answer @param {ViewState} view */
export function fleetBar(answer, view) {
  return html`<section class="fleet-bar" aria-label="Range and instance">
      <nav aria-label="Time range" id="range">
        ${RANGES.map((range) => html`<a href=${hashOf(view, { range })} aria-current=${range === view.range ? 'true' : nothing}>${range}</a>`)}
      </nav>
      ${instanceSelect(answer, view)}
    </section>
    <div role="status" class="notices">${answer === undefined ? nothing : noticeOf(answer)}</div>`;
}

/** @param {FleetReport | FleetSilence | undefined} answer @param {ViewState} view */
function instanceSelect(answer, view) {
  const known = answer !== undefined && 'instances' in answer ? answer.instances.map(({ instance }) => instance) : [];
  // A chosen instance stays in the list, even if the server no longer knows it.
  const instances = view.instance === '' || known.includes(view.instance) ? known : [view.instance, ...known];
  const choose = (/** @type {Event} */ { target }) => {
    location.hash = hashOf(view, { instance: /** @type {HTMLSelectElement} */ (target).value });
  };
  return html`<select id="fleet-instance" aria-label="Instance" @change=${choose}>
    <option value="" .selected=${view.instance === ''}>All instances</option>
    ${instances.map((instance) => html`<option value=${instance} .selected=${instance === view.instance}>${instance}</option>`)}
  </select>`;
}

/** @param {FleetReport | FleetSilence} answer */
function noticeOf(answer) {
  if (!('instances' in answer))
    return html`<p class="notice notice-bad" id="fleet-silent">
      Prometheus does not answer (${REASON_TEXTS[answer.reason]}): showing this process.
    </p>`;
  if (answer.instances.length === 0)
    return html`<p class="notice" id="fleet-empty">
      Prometheus has scraped no instance within the last ${answer.range}. Check that it scrapes the endpoint, and the
      option <code>selector</code>.
    </p>`;
  if (answer.missing.length === 0) return nothing;
  return html`<p class="notice" id="fleet-missing">
    Prometheus has left questions unanswered: ${answer.missing.map((name) => name.replaceAll('_', ' ')).join(', ')}. A
    shorter range asks for less.
  </p>`;
}
