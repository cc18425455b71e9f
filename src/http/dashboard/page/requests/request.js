import { html, nothing } from '../libraries/lit-html.js';
import { nameOf } from '../data/executions.js';
import { hashOf } from '../data/view-state.js';
import { kindMark, nameText } from '../parts/names.js';
import { copyButton, copyByHand, forgetCopy } from './copy.js';
import { readOpened } from './opened.js';
import { overview } from './overview.js';
import { pathShares, requestFacts } from './request-facts.js';
import { forgetPlace, waterfall } from './waterfall.js';

/** @import { Poller } from '../data/poller.js' */
/** @import { ViewState } from '../data/view-state.js' */

/** The page is drawn as a whole within this many frames. */
const SETTLING_FRAMES = 12;

/** The id of the request that was open when it was drawn last. */
let opened = '';

/** The open request. It stays as it is, whatever the lists show. @param {Poller} poller @param {ViewState} view @param {() => void} update */
export function requestPanel({ openRequest, requests }, view, update) {
  if (view.request !== opened) changeRequest(view.request);
  if (view.request === '') return nothing;
  const isKnown = openRequest.id === view.request;
  const request = isKnown ? openRequest.request : undefined;
  return html`<section class="panel" id="request" aria-labelledby="request-title">
    <header>
      <h2 id="request-title" tabindex="-1">
        ${request === undefined ? html`Request <code>${view.request}</code>` : html`${kindMark('agent')} ${nameText(nameOf(request))}`}
      </h2>
      ${request === undefined ? nothing : copyButton('the request as JSON', 'Copy as JSON', () => JSON.stringify(request, null, 2), update)}
      <a class="close" href=${hashOf(view, { request: '', step: '' })} aria-label="Close" title="Close (Esc)">✕</a>
    </header>
    ${copyByHand(update)} ${isKnown && openRequest.isGone ? goneText(requests.isOff, request !== undefined) : nothing}
    ${request === undefined ? (isKnown && openRequest.isGone ? nothing : html`<p class="empty">Loading…</p>`) : content(request, view, update)}
  </section>`;
}

/** @param {import('../data/documents').RequestTree} request @param {ViewState} view @param {() => void} update */
function content(request, view, update) {
  const reading = readOpened(request);
  return html`${requestFacts(reading, update)} ${pathShares(reading)}
  ${reading.hasOverview ? overview(reading, update) : nothing} ${waterfall(reading, view, update)}`;
}

/** @param {boolean} isOff @param {boolean} isKnown whether the page has read it before */
function goneText(isOff, isKnown) {
  const why = isOff
    ? 'the option requestHistory is false.'
    : 'it keeps the most recent ones, the slowest of the last hour and the last that failed.';
  return html`<p class="gone" role="status">
    The server no longer keeps this request: ${why}${isKnown ? ' This is what the page has read of it.' : ''}
  </p>`;
}

/** Another request is open, or none: the focus goes to its title, and back to its row when it closes. @param {string} id */
function changeRequest(id) {
  const before = opened;
  opened = id;
  forgetPlace();
  forgetCopy();
  // A focus elsewhere on the page stays there when a request closes.
  const { activeElement } = document;
  const isFree =
    activeElement === null || activeElement === document.body || activeElement.closest('#request') !== null;
  if (id === '' && !isFree) return;
  // The new content is in the page only after the current drawing.
  queueMicrotask(() => (id === '' ? leaveTo(before) : goToTitle()));
}

/** Focuses the row of a request, or the tab of the list if the request is not in the list. @param {string} id */
function leaveTo(id) {
  const row = document.getElementById(`request-${id}`) ?? document.querySelector('#requests nav [aria-current]');
  if (row instanceof HTMLElement) row.focus();
}

/** Scrolls to the title for several frames: it moves while parts of the page are drawn for the first time. */
function goToTitle(frames = SETTLING_FRAMES) {
  const title = document.getElementById('request-title');
  if (frames === SETTLING_FRAMES) title?.focus({ preventScroll: true });
  if (title === null || title !== document.activeElement) return;
  title.closest('section')?.scrollIntoView({ block: 'start' });
  if (frames > 1) requestAnimationFrame(() => goToTitle(frames - 1));
}
