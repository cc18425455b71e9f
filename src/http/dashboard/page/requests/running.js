import { html, nothing } from '../libraries/lit-html.js';
import { nameOf } from '../data/executions.js';
import { overdueText, usualOf } from '../data/overdue.js';
import { formatCount, formatSeconds } from '../parts/format.js';
import { secondsFigure } from '../parts/figures.js';
import { kindMark, nameText } from '../parts/names.js';

/** @import { RunningExecution } from '../data/documents' */
/** @import { ListedRequest } from '../data/requests-feed.js' */
/** @import { Snapshot } from '../data/snapshot.js' */

const SHOWN = 9;

/** Running executions outside any request, oldest first; all of them if the server keeps no requests. @param {Snapshot} snapshot @param {boolean} areAll */
export function runningList(snapshot, areAll) {
  const running = snapshot.running.filter(({ request_id }) => areAll || request_id === null);
  if (running.length === 0) return areAll ? html`<p class="empty">Nothing is running.</p>` : nothing;
  return html`${areAll ? nothing : html`<h3 class="list-title">Outside any request</h3>`}
    <ol class="list" id="running">
      ${running.slice(0, SHOWN).map((execution) => runningView(execution, snapshot))}
    </ol>
    ${running.length > SHOWN ? html`<p class="more">${formatCount(running.length - SHOWN)} more</p>` : nothing}`;
}

/** @param {RunningExecution} execution @param {Snapshot} snapshot */
function runningView(execution, snapshot) {
  const { kind, agent_id, age_seconds } = execution;
  return html`<li>
    ${kindMark(kind)}
    <span class="grow"
      >${nameText(nameOf(execution))}${kind === 'agent' || agent_id === null ? nothing : html`<span class="of"> of <bdi>${agent_id}</bdi></span>`}</span
    >
    ${overdueTag(execution, snapshot)}
    <span class="number">${secondsFigure(age_seconds)}</span>
  </li>`;
}

/** A tag if an execution takes much longer than usual. @param {ListedRequest | RunningExecution} execution @param {Snapshot} snapshot */
export function overdueTag(execution, snapshot) {
  const text = overdueText(execution, snapshot);
  if (text === undefined) return nothing;
  const usual = usualOf(execution, snapshot);
  return html`<span class="tag" title="${usual?.of} is ${formatSeconds(usual?.seconds ?? 0)}">${text}</span>`;
}
