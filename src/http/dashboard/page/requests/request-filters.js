import { html, nothing } from '../libraries/lit-html.js';
import { ANY_REQUEST, hashOf, LISTS } from '../data/view-state.js';
import { formatCount, formatSeconds, formatTime, timeText } from '../parts/format.js';
import { errorOf } from './request-row.js';

/** @import { RequestsFeed } from '../data/requests-feed.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { RequestList, ViewState } from '../data/view-state.js' */

/** @type {Record<RequestList, { label: string, hint: string }>} */
const LIST_TEXTS = {
  recent: { label: 'Recent', hint: 'newest first' },
  slowest: { label: 'Slowest', hint: 'of the last hour' },
  failed: { label: 'Failed', hint: 'or with a step that failed, newest first' },
  running: { label: 'Running', hint: 'newest first' },
};

/** In milliseconds. */
const LEAST_DURATIONS = ['100', '1000', '2000', '10000'];

/** Links to the lists. @param {Snapshot} snapshot @param {ViewState} view */
export function listTabs({ document }, view) {
  const running = document.system_metrics.requests_in_progress;
  return html`<nav class="tabs" aria-label="Which requests">
      ${LISTS.map(
        (list) =>
          html`<a href=${hashOf(view, { list })} aria-current=${list === view.list ? 'true' : nothing}
            >${LIST_TEXTS[list].label}${list === 'running' && running > 0 ? html` <span class="count">${formatCount(running)}</span>` : nothing}</a
          >`,
      )}
    </nav>
    <span class="scope list-hint">${LIST_TEXTS[view.list].hint}</span>`;
}

/** Whether any filter applies to the list. @param {ViewState} view */
export function isFiltered({ list, ran, called, error, min, span }) {
  return [ran, called, error, min].some((text) => text !== '') || (span !== undefined && list !== 'running');
}

/** A view without filters. @param {ViewState} view */
export function unfiltered(view) {
  return hashOf(view, ANY_REQUEST);
}

/** @param {Snapshot} snapshot @param {RequestsFeed} feed @param {ViewState} view */
export function requestFilters({ agents, tools, models, now }, feed, view) {
  return html`<div class="request-filters" role="group" aria-label="Filter requests">
    ${view.list === 'running' ? nothing : spanChip(view, now)}
    ${choice(view, 'min', 'Duration', durationOptions(view.min))}
    ${choice(view, 'ran', 'Agent', nameOptions(agents.keys()))}
    ${choice(view, 'called', 'Tool', nameOptions(tools.keys()))}
    ${choice(view, 'error', 'Error', nameOptions(errorTypes(feed, models)))}
  </div>`;
}

/** @param {ViewState} view @param {number} now */
function spanChip(view, now) {
  const { span } = view;
  if (span === undefined) return nothing;
  const [from, to] = span;
  return html`<a class="chip" id="span" href=${hashOf(view, { span: undefined })} title="Show requests of all times"
    >${timeText(from, now)}–${formatTime(to)} <span aria-hidden="true">✕</span
    ><span class="unseen">: show requests of all times</span></a
  >`;
}

/** The error types of the listed requests, and of the models. @param {RequestsFeed} feed @param {Snapshot['models']} models */
function errorTypes({ requests }, models) {
  const listed = requests.flatMap((request) => {
    const own = 'status' in request ? request.error_type : null;
    return [own, request.failed_step?.error_type, errorOf(request)?.type];
  });
  const types = [...listed, ...[...models.values()].flatMap(({ errors }) => Object.keys(errors))];
  return new Set(types.filter((type) => typeof type === 'string'));
}

/** @typedef {{ value: string, label: string }} Option */

/** @param {Iterable<string>} names @returns {Option[]} */
function nameOptions(names) {
  return [...names].sort().map((name) => ({ value: name, label: name }));
}

/** @param {string} chosen @returns {Option[]} */
function durationOptions(chosen) {
  const values = new Set([...LEAST_DURATIONS, ...(/^\d+$/.test(chosen) ? [chosen] : [])]);
  return [...values]
    .sort((a, b) => Number(a) - Number(b))
    .map((value) => ({ value, label: `≥ ${formatSeconds(Number(value) / 1_000)}` }));
}

/** @param {ViewState} view @param {'ran' | 'called' | 'error' | 'min'} field @param {string} label @param {Option[]} options */
function choice(view, field, label, options) {
  const chosen = view[field];
  const all =
    chosen === '' || options.some(({ value }) => value === chosen)
      ? options
      : [{ value: chosen, label: chosen }, ...options];
  const choose = (/** @type {Event} */ event) => {
    location.hash = hashOf(view, { [field]: /** @type {HTMLSelectElement} */ (event.target).value });
  };
  return html`<label class="filter ${chosen === '' ? '' : 'is-set'}"
    ><span>${label}</span
    ><select id="filter-${field}" @change=${choose}>
      <option value="" .selected=${chosen === ''}>any</option>
      ${all.map(({ value, label }) => html`<option value=${value} .selected=${value === chosen}>${label}</option>`)}
    </select></label
  >`;
}
