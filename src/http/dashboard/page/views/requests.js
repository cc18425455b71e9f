import { html, nothing, svg } from '../libraries/lit-html.js';
import { isFailure, nameOf, readRequests, readSteps } from '../data/request-tree.js';
import { formatCount, formatSeconds, formatTime, plural } from '../format.js';
import { hashOf } from '../view-state.js';
import { kindMark, nameText, statusMark } from './names.js';

/** @import { Execution } from '../data/documents' */
/** @import { Request, Step } from '../data/request-tree.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../view-state.js' */

const MORE = 15;
const MAX_STEPS = 200;
let shown = MORE;

/**
 * Recent requests, each as a waterfall of what ran within.
 *
 * @param {Snapshot} snapshot
 * @param {ViewState} view
 * @param {(...names: string[]) => boolean} matches
 * @param {() => void} update
 */
export function requestsPanel({ executions }, view, matches, update) {
  const all = readRequests(executions);
  const requests = all.filter((request) => isWanted(request, view, matches));
  const showMore = () => {
    shown += MORE;
    update();
  };
  const toggleFailed = () => {
    location.hash = hashOf(view, { failedOnly: !view.failedOnly });
  };
  return html`<section class="panel" id="requests" aria-labelledby="requests-title">
    <header>
      <h2 id="requests-title">Recent requests <span class="count">${formatCount(requests.length)}</span></h2>
      <label class="toggle"
        ><input type="checkbox" .checked=${view.failedOnly} @change=${toggleFailed} /> with failures only</label
      >
    </header>
    ${requests.length === 0 ? html`<p class="empty">${emptyText(all.length, executions.length)}</p>` : nothing}
    <ol class="requests">
      ${requests.slice(0, shown).map((request) => requestView(request, view))}
    </ol>
    ${requests.length > shown ? html`<button type="button" class="more" @click=${showMore}>Show ${Math.min(MORE, requests.length - shown)} more</button>` : nothing}
  </section>`;
}

/** @param {Request} request @param {ViewState} view @param {(...names: string[]) => boolean} matches */
function isWanted({ root, parts, failures }, { failedOnly }, matches) {
  return (!failedOnly || failures.length > 0) && [root, ...parts].some((execution) => matches(nameOf(execution)));
}

/** @param {number} requests @param {number} executions */
function emptyText(requests, executions) {
  if (requests > 0) return 'None of the requests in the history is like that.';
  if (executions > 0) return 'The history has only calls outside any agent.';
  return 'No request has finished yet, or the history is switched off (historySize).';
}

/** @param {Request} request @param {ViewState} view */
function requestView(request, view) {
  const { root, parts, failures } = request;
  const isOpen = view.request === root.id;
  const failure = failures[0];
  return html`<li class=${isOpen ? 'is-open' : ''}>
    <a class="request" href=${hashOf(view, { request: isOpen ? '' : root.id })} aria-expanded=${isOpen}>
      ${statusMark(root.status)}
      <time datetime=${root.end_time}>${formatTime(Date.parse(root.end_time))}</time>
      ${nameText(nameOf(root))} ${isOpen ? html`<span></span>` : strip(request)}
      <span class="number">${formatSeconds(root.duration_seconds)}</span>
      ${failure === undefined ? html`<span class="steps">${plural(parts.length, 'step')}</span>` : failureText(failure, failures.length)}
    </a>
    ${isOpen ? waterfall(request) : nothing}
  </li>`;
}

/** @param {Execution} failure @param {number} count */
function failureText(failure, count) {
  const others = count > 1 ? ` +${count - 1}` : '';
  return html`<span class="failure"><bdi>${nameOf(failure)}</bdi>: <bdi>${failure.error_type}</bdi>${others}</span>`;
}

/** A waterfall in one line: tools and models, which are where the time goes. @param {Request} request */
function strip({ root, parts }) {
  const [begin, end] = [Date.parse(root.start_time), Date.parse(root.end_time)];
  const leaves = parts.filter(({ kind }) => kind !== 'agent').slice(0, MAX_STEPS);
  return html`<svg class="strip" aria-hidden="true" preserveAspectRatio="none">
    <rect class="bar-whole" y="40%" width="100%" height="20%"></rect>
    ${leaves.map((part) => bar(part, Date.parse(part.start_time) - begin, Date.parse(part.end_time) - begin, end - begin))}
  </svg>`;
}

/** @param {Request} request */
function waterfall(request) {
  const steps = readSteps(request);
  const totalMs = Math.max(...steps.map(({ endMs }) => endMs), 1);
  const { trace_id } = request.root;
  return html`<div class="waterfall">
    <div class="scale" aria-hidden="true">
      ${[0, 0.25, 0.5, 0.75, 1].map((share) => html`<span>${formatSeconds((totalMs * share) / 1_000)}</span>`)}
    </div>
    <ol>
      ${steps.slice(0, MAX_STEPS).map((step) => stepView(step, totalMs))}
    </ol>
    <p class="note">
      Request <code>${request.root.id}</code>${trace_id === null ? nothing : html`, trace <code>${trace_id}</code>`}${
        steps.length > MAX_STEPS ? `; ${plural(steps.length - MAX_STEPS, 'further step')}` : nothing
      }
    </p>
  </div>`;
}

/** @param {Step} step @param {number} totalMs */
function stepView({ execution, depth, startMs, endMs }, totalMs) {
  const { kind, status, error, error_type, retries, time_to_first_chunk_seconds: firstChunk } = execution;
  const remarks = [
    isFailure(execution)
      ? `${error_type ?? status}${error ? `: ${error}` : ''}`
      : status === 'cancelled'
        ? 'cancelled'
        : '',
    retries > 0 ? plural(retries, 'retry').replace('retrys', 'retries') : '',
    firstChunk !== null ? `first ${kind === 'model' ? 'token' : 'chunk'} ${formatSeconds(firstChunk)}` : '',
  ].filter(Boolean);
  return html`<li class="step step-${status}">
    <span class="step-name" .style=${`--depth: ${Math.min(depth, 12)}`}
      >${kindMark(kind)}${nameText(nameOf(execution))}</span
    >
    <svg class="step-bar" aria-hidden="true">
      <line x1="25%" x2="25%" y2="100%"></line>
      <line x1="50%" x2="50%" y2="100%"></line>
      <line x1="75%" x2="75%" y2="100%"></line>
      ${bar(execution, startMs, endMs, totalMs)}
    </svg>
    <span class="number">${statusMark(status)} ${formatSeconds(execution.duration_seconds)}</span>
    <bdi class="remarks" title=${remarks.join(' · ')}>${remarks.join(' · ')}</bdi>
  </li>`;
}

/** @param {Execution} execution @param {number} startMs @param {number} endMs @param {number} totalMs */
function bar(execution, startMs, endMs, totalMs) {
  const percent = (/** @type {number} */ ms) => `${((ms / Math.max(totalMs, 1)) * 100).toFixed(2)}%`;
  const look = isFailure(execution) ? 'bar-failed' : `bar-${execution.kind}`;
  // What is shorter than a pixel has happened, too.
  const width = `max(2px, ${percent(Math.max(endMs - startMs, 0))})`;
  return svg`<rect class="bar ${look}" x=${percent(startMs)} y="25%" height="50%" rx="1.5" .style=${`width: ${width}`}></rect>`;
}
