import { html, nothing, svg } from '../libraries/lit-html.js';
import { isFailure, nameOf, secondsOf } from '../data/executions.js';
import { overdueText } from '../data/overdue.js';
import { hashOf } from '../data/view-state.js';
import { formatCount, plural, timeText } from '../parts/format.js';
import { costFigure, secondsFigure } from '../parts/figures.js';
import { kindMark, nameText, statusMark } from '../parts/names.js';
import { overdueTag } from './running.js';

/** @import { ListedRequest } from '../data/requests-feed.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */

/**
 * @typedef {object} ListLook the common look of a list's rows
 * @property {number} scaleSeconds the length of the longest bar
 * @property {boolean} hasChunks whether any of them has a first chunk
 * @property {boolean} hasUsage
 * @property {boolean} hasErrors whether any of them failed, or takes long
 * @property {boolean} areRunning
 */

/** @param {readonly ListedRequest[]} requests @param {Snapshot} snapshot @param {ViewState} view @returns {ListLook} */
export function lookOf(requests, snapshot, { list }) {
  return {
    scaleSeconds: requests.reduce((longest, request) => Math.max(longest, secondsOf(request)), 0),
    hasChunks: requests.some((request) => 'status' in request && request.time_to_first_chunk_seconds !== null),
    hasUsage: requests.some((request) => 'status' in request && request.total_tokens !== null),
    hasErrors: requests.some(
      (request) => errorOf(request) !== undefined || overdueText(request, snapshot) !== undefined,
    ),
    areRunning: list === 'running',
  };
}

/** The columns of the grid, without those that no row fills. @param {ListLook} look */
export function columnsOf({ hasChunks, hasUsage, hasErrors }) {
  const columns = ['14px', 'minmax(62px, max-content)', 'minmax(80px, 170px)', 'minmax(80px, 1fr)', '66px'];
  columns.push('minmax(110px, 210px)', ...(hasChunks ? ['66px'] : []), '100px');
  columns.push(...(hasUsage ? ['64px', '72px'] : []), ...(hasErrors ? ['minmax(90px, 260px)'] : []));
  return columns.join(' ');
}

/** The names of the columns. Each row repeats them for screen readers. @param {ListLook} look */
export function listHeads({ scaleSeconds, hasChunks, hasUsage, hasErrors, areRunning }) {
  return html`<div class="request request-heads" aria-hidden="true">
    <span></span><span>Began</span><span>Request</span>
    <span class="bar-scale"><span>0</span><span>${secondsFigure(scaleSeconds)}</span></span>
    <span class="number">${areRunning ? 'Age' : 'Took'}</span
    ><span class="slowest">Slowest step</span>
    ${hasChunks ? html`<span class="number chunk">First chunk</span>` : nothing} <span class="number steps">Steps</span>
    ${hasUsage ? html`<span class="number usage">Tokens</span><span class="number usage">Cost</span>` : nothing}
    ${hasErrors ? html`<span class="failure">${areRunning ? '' : 'Error'}</span>` : nothing}
  </div>`;
}

/** @param {ListedRequest} request @param {ListLook} look @param {ViewState} view @param {Snapshot} snapshot */
export function requestRow(request, look, view, snapshot) {
  const isOpen = view.request === request.id;
  const status = 'status' in request ? request.status : 'running';
  return html`<a
    class="request ${isOpen ? 'is-open' : ''}"
    id="request-${request.id}"
    href=${hashOf(view, { request: request.id, step: '' })}
    aria-current=${isOpen ? 'true' : nothing}
    @click=${isOpen ? goToOpen : nothing}
  >
    ${statusMark(status)} ${beginning(request, snapshot.now)} ${nameText(nameOf(request))} ${bar(request, look)}
    <span class="number took">${secondsFigure(secondsOf(request))}</span>
    ${slowestStep(request)} ${look.hasChunks ? firstChunk(request) : nothing} ${steps(request)}
    ${look.hasUsage ? usage(request) : nothing}
    ${look.hasErrors ? failure(request, overdueTag(request, snapshot)) : nothing}
  </a>`;
}

/** Focuses the open request: the link to it does not change the address. */
function goToOpen() {
  document.getElementById('request-title')?.focus();
}

/** With the day if it is not today. @param {ListedRequest} request @param {number} now */
function beginning({ start_time }, now) {
  return html`<time datetime=${start_time}>${timeText(Date.parse(start_time), now)}</time>`;
}

/** All bars of a list are on one scale, with the part of the slowest step. @param {ListedRequest} request @param {ListLook} look */
function bar(request, { scaleSeconds }) {
  const share = (/** @type {number} */ seconds) => `${((seconds / (scaleSeconds || 1)) * 100).toFixed(2)}%`;
  const slowest = request.slowest_step;
  const hasFailed = 'status' in request && isFailure(request);
  return html`<svg class="strip" aria-hidden="true">
    <rect class="bar-whole" y="45%" width="100%" height="10%"></rect>
    <rect
      class="bar ${hasFailed ? 'bar-failed' : 'bar-rest'}"
      y="25%"
      height="50%"
      rx="1.5"
      .style=${`width: max(2px, ${share(secondsOf(request))})`}
    ></rect>
    ${slowest === null ? nothing : svg`<rect class="bar bar-${slowest.kind}" y="25%" height="50%" rx="1.5" width=${share(Math.min(slowest.duration_seconds, secondsOf(request)))}></rect>`}
  </svg>`;
}

/** @param {ListedRequest} request */
function slowestStep({ slowest_step: slowest }) {
  if (slowest === null)
    return html`<span class="slowest unknown" title="No step has been timed."
      >–<span class="unseen"> no step has been timed</span></span
    >`;
  return html`<span class="slowest"
    >${kindMark(slowest.kind)} <span class="unseen">slowest step</span> ${nameText(slowest.name)}
    <span class="number">${secondsFigure(slowest.duration_seconds)}</span></span
  >`;
}

/** @param {ListedRequest} request */
function firstChunk(request) {
  const seconds = 'status' in request ? request.time_to_first_chunk_seconds : null;
  if (seconds === null)
    return html`<span class="number chunk unknown" title="It delivered no chunks."
      >–<span class="unseen"> no chunks</span></span
    >`;
  return html`<span class="number chunk"><span class="unseen">first chunk </span>${secondsFigure(seconds)}</span>`;
}

/** @param {ListedRequest} request */
function steps({ steps: count, failed_steps: failed }) {
  return html`<span class="number steps"
    >${failed > 0 ? html`<span class="failed">${formatCount(failed)} failed</span> of ` : nothing}${formatCount(count)}
    <span class="unseen">${count === 1 ? 'step' : 'steps'}</span></span
  >`;
}

/** @param {ListedRequest} request */
function usage(request) {
  const [tokens, cost] = 'status' in request ? [request.total_tokens, request.total_cost_usd] : [null, null];
  const why = tokens === null ? 'It called no model, or is still running.' : 'Its model calls have no price.';
  return html`<span class="number usage ${tokens === null ? 'unknown' : ''}" title=${tokens === null ? why : nothing}
      >${tokens === null ? '–' : formatCount(tokens)}<span class="unseen"> tokens</span></span
    >
    <span class="number usage ${cost === null ? 'unknown' : ''}" title=${cost === null ? why : nothing}
      >${cost === null ? html`–<span class="unseen"> no price</span>` : costFigure(cost)}</span
    >`;
}

/** The error of the request, or of its last failed step. @param {ListedRequest} request */
export function errorOf(request) {
  const { failed_step: step } = request;
  const own = 'status' in request && isFailure(request) ? request.error_type : null;
  // The error of a step often ends the request, too. The step then tells more.
  if (step !== null && (own === null || own === step.error_type)) return { name: step.name, type: step.error_type };
  return own === null ? undefined : { name: undefined, type: own };
}

/** @param {ListedRequest} request @param {ReturnType<typeof overdueTag>} late the tag of a request that takes too long */
function failure(request, late) {
  const error = errorOf(request);
  if (late !== nothing) return html`<span class="failure">${late}</span>`;
  if (error === undefined) return html`<span class="failure is-none"></span>`;
  const others = request.failed_steps > 1 ? `, ${plural(request.failed_steps, 'step')} failed` : '';
  const text = `${error.name === undefined ? '' : `${error.name}: `}${error.type}`;
  return html`<span class="failure" title="${text}${others}"
    >${error.name === undefined ? nothing : html`<bdi>${error.name}</bdi>: `}<bdi>${error.type}</bdi></span
  >`;
}
