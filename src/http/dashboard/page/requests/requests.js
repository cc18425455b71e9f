import { html, nothing } from '../libraries/lit-html.js';
import { plural } from '../parts/format.js';
import { KeyedList } from '../parts/keyed-list.js';
import { HeldList } from './held-list.js';
import { isFiltered, listTabs, requestFilters, unfiltered } from './request-filters.js';
import { columnsOf, listHeads, lookOf, requestRow } from './request-row.js';
import { runningList } from './running.js';

/** @import { Poller } from '../data/poller.js' */
/** @import { ListedRequest } from '../data/requests-feed.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { RequestList, ViewState } from '../data/view-state.js' */

const MORE = 15;

/** The state of the list that is not in the address. */
const place = { question: '', shown: MORE, isPointed: false };
const held = new HeldList();
/** @type {KeyedList<ListedRequest> | undefined} */
let rows;

/** The requests of the chosen list. @param {Snapshot} snapshot @param {Poller} poller @param {ViewState} view @param {() => void} update */
export function requestsPanel(snapshot, poller, view, update) {
  const { requests: feed } = poller;
  // A finger does not rest on the list that it has touched.
  const enter = (/** @type {PointerEvent} */ { pointerType }) => {
    place.isPointed = pointerType !== 'touch';
  };
  const leave = () => {
    place.isPointed = false;
    update();
  };
  return html`<section
    class="panel"
    id="requests"
    aria-labelledby="requests-title"
    @pointerenter=${enter}
    @pointerleave=${leave}
    @focusout=${update}
  >
    <header>
      <h2 id="requests-title">Requests</h2>
      ${listTabs(snapshot, view)} ${requestFilters(snapshot, feed, view)}
    </header>
    ${feed.isOff ? switchedOff(view) : list(snapshot, poller, view, update)}
    ${view.list === 'running' ? runningList(snapshot, feed.isOff) : nothing}
  </section>`;
}

/** @param {ViewState} view */
function switchedOff({ list }) {
  return html`<p class="empty">
    The server keeps no requests: the option <code>requestHistory</code> is
    <code>false</code>.${list === 'running' ? ' Running executions:' : ''}
  </p>`;
}

/** @param {Snapshot} snapshot @param {Poller} poller @param {ViewState} view @param {() => void} update */
function list(snapshot, { requests: feed }, view, update) {
  const answers = feed.answers(view);
  // Until the answer comes, the list of the last question stays in its place, inert.
  const requests = answers ? held.apply(feed.requests, feed.question, isVisited()) : held.requests;
  if (answers && place.question !== feed.question) Object.assign(place, { question: feed.question, shown: MORE });
  const shown = requests.slice(0, place.shown);
  const look = lookOf(shown, snapshot, view);
  rows ??= new KeyedList(document.createElement('ol'), 'li', ({ id }) => id);
  rows.draw(shown, (request) => requestRow(request, look, view, snapshot));
  return html`${answers ? newcomers(update) : html`<p class="empty" role="status">Loading…</p>`}
    ${answers && requests.length === 0 ? html`<p class="empty">${emptyText(view)}</p>` : nothing}
    <div
      class="request-list ${shown.length === 0 ? 'is-empty' : ''}"
      .style=${`--columns: ${columnsOf(look)}`}
      ?inert=${!answers}
    >
      ${shown.length === 0 ? nothing : listHeads(look)} ${rows.element}
    </div>
    ${answers ? moreButton(requests.length, update) : nothing}`;
}

/** Whether the pointer is on the list, or the focus in it: a row that moves can be neither read nor hit. */
function isVisited() {
  const isFocused = rows?.element.matches(':focus-within') === true || document.activeElement?.id === 'newcomers';
  const isPointed = place.isPointed && document.getElementById('requests')?.matches(':hover') === true;
  return isPointed || isFocused;
}

/** @param {() => void} update */
function newcomers(update) {
  if (held.newcomers === 0) return nothing;
  const show = (/** @type {MouseEvent} */ { detail: clicks }) => {
    held.release();
    // After a key press the focus moves into the list; after a click that would hold the list.
    if (clicks === 0) rows?.element.querySelector('a')?.focus({ preventScroll: true });
    update();
  };
  return html`<button type="button" class="newcomers" id="newcomers" @click=${show}>
    ${plural(held.newcomers, 'new', 'new')}, show
  </button>`;
}

/** @param {number} count @param {() => void} update */
function moreButton(count, update) {
  if (count <= place.shown) return nothing;
  const show = () => {
    place.shown += MORE;
    update();
  };
  return html`<button type="button" class="more" @click=${show}>
    Show ${Math.min(MORE, count - place.shown)} more
  </button>`;
}

/** @type {Record<RequestList, unknown>} */
const NONE = {
  recent: html`No request has finished yet. A request is the outermost agent, with everything that runs inside it:
    <code>@TrackAgent()</code> and <code>trackAgent()</code> begin one.`,
  slowest: 'No request has finished in the last hour.',
  failed: 'No request has failed, and no step of one.',
  running: 'No request is running.',
};

/** @param {ViewState} view */
function emptyText(view) {
  if (!isFiltered(view)) return NONE[view.list];
  return html`No requests match. <a href=${unfiltered(view)}>Clear the filters</a>`;
}
