import { html, nothing } from '../libraries/lit-html.js';
import { formatBytes, formatCost, formatCount, formatSeconds, formatShare } from '../parts/format.js';
import { hashOf } from '../data/view-state.js';
import { nameText, severity } from '../parts/names.js';

/** @import { FleetAgent, FleetInstance, FleetReport } from '../data/documents' */
/** @import { ViewState } from '../data/view-state.js' */

const SHOWN = 50;

/** An unknown value is not shown as zero. @template Value @param {Value | null} value @param {(value: Value) => unknown} format */
export function known(value, format) {
  return value === null ? '–' : format(value);
}

const AGENT_COLUMNS = ['Calls', 'Failed', 'Errors', 'p95', 'Cost'];

/** @param {FleetReport} report @param {(...names: string[]) => boolean} matches */
export function fleetAgents({ agents, range }, matches) {
  const rows = agents.filter(({ agent_id }) => matches(agent_id));
  const shown = rows.slice(0, SHOWN).map(agentRow);
  return table('fleet-agents', 'Agents', `last ${range}`, AGENT_COLUMNS, rows.length, shown);
}

/** @param {FleetAgent} agent */
function agentRow({ agent_id, execution_count, error_count, timeout_count, error_rate, p95_seconds, cost_usd }) {
  return html`<tr>
    <th scope="row" class="name-cell">${nameText(agent_id)}</th>
    <td class="number">${formatCount(execution_count)}</td>
    <td class="number">${formatCount(error_count + timeout_count)}</td>
    ${errorCell(error_rate)}
    <td class="number">${known(p95_seconds, formatSeconds)}</td>
    <td class="number">${known(cost_usd, formatCost)}</td>
  </tr>`;
}

const INSTANCE_COLUMNS = ['State', 'Up for', 'Restarts', 'Requests', 'Errors', 'p95', 'Running', 'Memory'];

/** @param {FleetReport} report @param {ViewState} view @param {(...names: string[]) => boolean} matches */
export function fleetInstances({ instances, range }, view, matches) {
  const rows = instances.filter(({ instance }) => matches(instance));
  const shown = rows.slice(0, SHOWN).map((row) => instanceRow(row, view));
  return table('fleet-instances', 'Instances', `last ${range}`, INSTANCE_COLUMNS, rows.length, shown);
}

/** The link of a row chooses its instance, or all instances if it is chosen. @param {FleetInstance} row @param {ViewState} view */
function instanceRow(row, view) {
  const { instance, state, uptime_seconds, restart_count } = row;
  const isChosen = instance === view.instance;
  return html`<tr class=${isChosen ? 'is-selected' : ''}>
    <th scope="row" class="name-cell">
      <a href=${hashOf(view, { instance: isChosen ? '' : instance })} aria-current=${isChosen ? 'true' : nothing}
        >${nameText(instance)}</a
      >
    </th>
    <td class="number ${state === 'down' ? 'severity-bad' : ''}">
      ${state === 'gone' ? html`<span class="note">gone</span>` : state}
    </td>
    <td class="number">${known(uptime_seconds, (seconds) => formatSeconds(Math.floor(seconds)))}</td>
    <td class="number ${restart_count > 0 ? 'severity-warn' : ''}">${formatCount(restart_count)}</td>
    <td class="number">${known(row.total_requests, formatCount)}</td>
    ${errorCell(row.error_rate)}
    <td class="number">${known(row.p95_seconds, formatSeconds)}</td>
    <td class="number">${known(row.requests_in_progress, formatCount)}</td>
    <td class="number">${known(row.memory_usage_bytes, formatBytes)}</td>
  </tr>`;
}

/** @param {number | null} rate */
function errorCell(rate) {
  return html`<td class="number severity-${severity(rate ?? 0)}">${known(rate, formatShare)}</td>`;
}

/** @param {string} id @param {string} title @param {string} scope @param {readonly string[]} columns @param {number} count @param {unknown[]} rows */
function table(id, title, scope, columns, count, rows) {
  return html`<section class="panel" id=${id} aria-labelledby="${id}-title">
    <header>
      <h2 id="${id}-title">${title} <span class="count">${formatCount(count)}</span></h2>
      <span class="scope">${scope}</span>
    </header>
    <div class="table-frame" tabindex="0" role="group" aria-label="${title}, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col" class="name-cell">Name</th>
            ${columns.map((column) => html`<th scope="col" class="number">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${count === 0 ? html`<p class="empty">None.</p>` : nothing}
    ${
      count > rows.length
        ? html`<p class="more">Showing ${rows.length} of ${formatCount(count)}. Search to see others.</p>`
        : nothing
    }
  </section>`;
}
