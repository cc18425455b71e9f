import { html, nothing, svg } from '../libraries/lit-html.js';
import { slotTimes } from '../data/trend-slots.js';
import { hashOf } from '../data/view-state.js';
import { countFigure, secondsFigure } from '../parts/figures.js';
import { plural, timeText } from '../parts/format.js';
import { KeyedList } from '../parts/keyed-list.js';
import { groupFailures } from './failure-groups.js';

/** @import { Execution } from '../data/documents' */
/** @import { FailureFeed } from '../data/failure-feed.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */
/** @import { FailureGroup } from './failure-groups.js' */

const SHOWN = 20;
const HEIGHT = 18;

/** @extends {KeyedList<FailureGroup>} */
class GroupList extends KeyedList {
  /** The failures of each type. @type {Map<string, KeyedList<Execution>>} */
  failures = new Map();

  constructor() {
    super(document.createElement('ol'), 'li', ({ type }) => type);
    this.element.id = 'errors';
    this.element.setAttribute('aria-labelledby', 'errors-title');
  }

  /** @param {string} type */
  failuresOf(type) {
    const list = this.failures.get(type) ?? new KeyedList(document.createElement('ol'), 'li', ({ id }) => id);
    this.failures.set(type, list);
    return list;
  }
}

/** The groups of the selection. Another selection has its own list, with all groups folded. */
let groupList = new GroupList();
/** @type {ViewState['selected']} */
let listed;

/**
 * The last failures of the selection, by their type.
 *
 * @param {FailureFeed} feed
 * @param {Snapshot} snapshot
 * @param {ViewState} view
 */
export function failureList(feed, snapshot, view) {
  if (feed.selected !== listed) groupList = new GroupList();
  listed = feed.selected;
  const isLoaded = feed.answers(view.selected);
  const failures = isLoaded ? feed.executions : [];
  const groups = groupFailures(failures, slotTimes(snapshot), snapshot.trends.slot_seconds * 1_000);
  return html`<h3 id="errors-title">
      Last errors
      ${failures.length === 0 ? nothing : html`<span class="scope">${countFigure(failures.length)} in the history</span>`}
    </h3>
    ${failures.length > 0 ? nothing : html`<p class="empty" id="no-errors">${isLoaded ? 'None in the history.' : 'Loading…'}</p>`}
    ${groupList.draw(groups, (group) => groupView(group, snapshot, view))}`;
}

/** @param {FailureGroup} group @param {Snapshot} snapshot @param {ViewState} view */
function groupView({ type, failures, lastSeen, counts }, snapshot, view) {
  const shown = failures.slice(0, SHOWN);
  const rest = failures.length - shown.length;
  const list = groupList.failuresOf(type);
  return html`<details>
    <summary>
      <bdi class="error-type" title=${type}>${type}</bdi>
      <span class="number"
        >${countFigure(failures.length)}<span class="unseen"> ${failures.length === 1 ? 'time' : 'times'}</span></span
      >
      ${bars(counts, snapshot)}
      <time datetime=${new Date(lastSeen).toISOString()} title="last seen">${timeText(lastSeen, snapshot.now)}</time>
    </summary>
    ${list.draw(shown, (failure) => failureView(failure, snapshot.now, view))}
    ${rest > 0 ? html`<p class="note">${plural(rest, 'older one')} in the history.</p>` : nothing}
  </details>`;
}

/** The failures over the window. @param {readonly number[]} counts @param {Snapshot} snapshot */
function bars(counts, { trends }) {
  const most = Math.max(1, ...counts);
  const inWindow = counts.reduce((sum, count) => sum + count, 0);
  const label = `${plural(inWindow, 'failure')} in the last ${trends.window}`;
  return html`<svg
    class="failure-bars"
    viewBox="0 0 ${counts.length} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label=${label}
  >
    <title>${label}</title>
    ${counts.map((count, slot) => {
      const height = count === 0 ? 0.6 : Math.max(3, (count / most) * HEIGHT);
      return svg`<rect class=${count === 0 ? 'is-empty' : ''} x=${slot + 0.1} width="0.8" y=${HEIGHT - height} height=${height}></rect>`;
    })}
  </svg>`;
}

/** One failure, with its whole message, which may be long. @param {Execution} failure @param {number} now @param {ViewState} view */
function failureView({ status, end_time, error, duration_seconds, request_id }, now, view) {
  const time = Date.parse(end_time);
  return html`<p class="failure-facts">
      <time datetime=${end_time}>${timeText(time, now)}</time>
      <span>${status === 'timeout' ? 'timed out after' : 'after'} ${secondsFigure(duration_seconds)}</span>
      ${request_id === null ? nothing : html`<a href=${hashOf(view, { request: request_id, step: '' })} data-goes-to="request">Open request</a>`}
    </p>
    ${error === null ? nothing : html`<p class="failure-message"><bdi>${error}</bdi></p>`}`;
}
