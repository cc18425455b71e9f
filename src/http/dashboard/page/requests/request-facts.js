import { html, nothing } from '../libraries/lit-html.js';
import { formatCost, formatCount, formatDay, formatSeconds, formatTime, plural } from '../parts/format.js';
import { unknownFigure } from '../parts/figures.js';
import { statusMark } from '../parts/names.js';
import { copyButton } from './copy.js';

/** @import { ExecutionKind } from '../data/documents' */
/** @import { OpenedRequest } from './opened.js' */

const COPY_ID = html`Copy<span class="unseen"> the request id</span>`;

/** @param {OpenedRequest} opened @param {() => void} update */
export function requestFacts({ request, root, steps, usage }, update) {
  const isOver = 'status' in request;
  const began = Date.parse(request.start_time);
  const failed =
    request.failed_steps > 0
      ? html` · <span class="failed">${formatCount(request.failed_steps)} failed</span>`
      : nothing;
  return html`<dl class="facts">
      ${fact('Status', html`<span aria-hidden="true">${statusMark(root.status)}</span> ${root.status}`)}
      ${fact('Began', html`<time datetime=${request.start_time}>${formatDay(began)}, ${formatTime(began)}</time>`)}
      ${fact(isOver ? 'Took' : 'Running for', formatSeconds(isOver ? request.duration_seconds : request.age_seconds))}
      ${isOver && request.paused_seconds > 0 ? fact('Waited on a human', formatSeconds(request.paused_seconds)) : nothing}
      ${isOver && request.time_to_first_chunk_seconds !== null ? fact('First chunk', formatSeconds(request.time_to_first_chunk_seconds)) : nothing}
      ${fact('Steps', html`${formatCount(request.steps)}${failed}`)}
      ${fact('Tokens', tokensText(isOver ? request.total_tokens : usage.calls > 0 ? usage.tokens : null, isOver))}
      ${fact('Cost', costText(isOver ? request.total_cost_usd : usage.costUsd, usage))}
      ${fact('Retries', formatCount(usage.retries))}
      ${isOver && request.trace_id !== null ? fact('Trace', traceText(request.trace_id)) : nothing}
      ${fact('Request id', html`<code>${request.id}</code> ${copyButton('the request id', COPY_ID, () => request.id, update)}`)}
    </dl>
    ${request.truncated ? html`<p class="note">Not all steps are kept: here are ${formatCount(steps.length - 1)} of ${formatCount(request.steps)}, the longest and those that failed.</p>` : nothing}`;
}

/** @param {string} label @param {unknown} value */
export function fact(label, value) {
  return html`<div>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** @param {number | null} tokens @param {boolean} isOver */
function tokensText(tokens, isOver) {
  if (tokens === null) return unknownFigure('No model call has reported its tokens.');
  return html`${formatCount(tokens)}${isOver ? nothing : html` <span class="note">so far</span>`}`;
}

/** @param {number | null} costUsd @param {OpenedRequest['usage']} usage */
function costText(costUsd, { calls, unpricedCalls }) {
  if (calls === 0 && !costUsd) return unknownFigure('No model call has reported its tokens.');
  const missing = unpricedCalls > 0 ? `${formatCount(unpricedCalls)} of ${plural(calls, 'call')} not priced` : '';
  if (costUsd === null || (calls > 0 && calls === unpricedCalls))
    return html`${unknownFigure('No price is known.')} <span class="note">${missing}</span>`;
  return html`${formatCost(costUsd)}${missing === '' ? nothing : html` <span class="note">${missing}</span>`}`;
}

/** The trace id, as a link if the option `traceUrl` is set. @param {string} traceId */
export function traceText(traceId) {
  const template = document.documentElement.dataset.traceUrl;
  if (template === undefined) return html`<code>${traceId}</code>`;
  return html`<a
    class="trace"
    href=${template.replaceAll('{traceId}', () => encodeURIComponent(traceId))}
    target="_blank"
    rel="noreferrer"
    ><code>${traceId}</code></a
  >`;
}

/** @type {Record<ExecutionKind, string>} */
const SHARE_LABELS = { model: 'model', tool: 'tool', agent: 'own' };

/** The shares of its critical path. @param {OpenedRequest} opened */
export function pathShares({ shares: all }) {
  const shares = all.filter(({ percent }) => percent > 0);
  if (shares.length === 0) return nothing;
  return html`<p class="shares" title="The critical path: the steps that the request waited for.">
    <span class="note">Critical path</span>
    <span class="share-bar" aria-hidden="true"
      >${shares.map(({ kind, percent }) => html`<span class="kind-${kind}" .style=${`flex: ${percent}`}></span>`)}</span
    >
    <span id="shares">${shares.map(({ kind, percent }) => `${SHARE_LABELS[kind]} ${percent}%`).join(' · ')}</span>
  </p>`;
}
