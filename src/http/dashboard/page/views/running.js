import { html, nothing } from '../libraries/lit-html.js';
import { nameOf } from '../data/request-tree.js';
import { formatCount, formatSeconds } from '../format.js';
import { kindMark, nameText } from './names.js';

/** @import { RunningExecution } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */

const SHOWN = 9;
/** Younger than that nobody calls it stuck, however fast the others were. */
const MIN_STUCK_SECONDS = 2;

/** What is running, oldest first. @param {Snapshot} snapshot @param {(...names: string[]) => boolean} matches */
export function runningPanel(snapshot, matches) {
  const running = snapshot.running.filter((execution) => matches(nameOf(execution), execution.agent_id ?? ''));
  return html`<section class="panel" id="running" aria-labelledby="running-title">
    <header>
      <h2 id="running-title">Running now <span class="count">${formatCount(running.length)}</span></h2>
    </header>
    ${
      running.length === 0
        ? html`<p class="empty">Nothing is running.</p>`
        : html`<ol class="list">
            ${running.slice(0, SHOWN).map((execution) => runningView(execution, snapshot))}
          </ol>`
    }
    ${running.length > SHOWN ? html`<p class="more">and ${formatCount(running.length - SHOWN)} younger</p>` : nothing}
  </section>`;
}

/** @param {RunningExecution} execution @param {Snapshot} snapshot */
function runningView(execution, { agentTrends, toolTrends, models }) {
  const { kind, agent_id, age_seconds } = execution;
  const name = nameOf(execution);
  const trend = kind === 'agent' ? agentTrends.get(name) : toolTrends.get(name);
  const usual = kind === 'model' ? (models.get(name)?.max_duration_seconds ?? 0) : (trend?.p99_seconds ?? 0);
  const isStuck = usual > 0 && age_seconds > MIN_STUCK_SECONDS && age_seconds > usual * 2;
  return html`<li class=${isStuck ? 'is-stuck' : ''}>
    ${kindMark(kind)}
    <span class="grow"
      >${nameText(name)}${kind === 'agent' || agent_id === null ? nothing : html`<span class="of"> of <bdi>${agent_id}</bdi></span>`}</span
    >
    ${isStuck ? html`<span class="tag" title="p99 is ${formatSeconds(usual)}">longer than usual</span>` : nothing}
    <span class="number">${formatSeconds(age_seconds)}</span>
  </li>`;
}
