import { html, nothing } from '../libraries/lit-html.js';
import { formatCost, formatCount, formatSeconds, formatShare } from '../format.js';
import { shareOf } from '../data/crew-graph.js';
import { nameText, severity } from './names.js';

/** @import { Execution, ModelMetrics } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */

/** Counts that most crews never have: shown once a model has one. */
const RARE = /** @type {const} */ ([
  { key: 'retry_count', title: 'Retries', hint: 'attempts that were made again' },
  { key: 'calls_without_usage', title: 'No usage', hint: 'calls whose tokens nobody has reported' },
]);

const SHOWN = 50;
const SHOWN_TYPES = 5;

/** @param {Snapshot} snapshot @param {(...names: string[]) => boolean} matches */
export function modelsPanel({ models, executions }, matches) {
  const rows = [...models].filter(([name, { provider }]) => matches(name, provider ?? ''));
  const sorted = rows.sort(([, a], [, b]) => b.execution_count - a.execution_count);
  const rare = RARE.filter(({ key }) => rows.some(([, model]) => model[key] > 0));
  return html`<section class="panel" id="models" aria-labelledby="models-title">
    <header>
      <h2 id="models-title">Models <span class="count">${formatCount(rows.length)}</span></h2>
      <span class="scope">since start</span>
    </header>
    ${
      rows.length === 0
        ? html`<p class="empty">
            No model calls yet. <code>trackedModel</code> and <code>recordModelCall</code> count them.
          </p>`
        : html`<div class="table-frame" tabindex="0" role="group" aria-label="Models, as a table">
            <table>
              <thead>
                <tr>
                  <th scope="col" class="name-cell">Model</th>
                  <th scope="col" class="number">Calls</th>
                  <th scope="col" class="number">Errors</th>
                  <th scope="col" class="number" title="in progress now">Running</th>
                  ${rare.map(({ title, hint }) => html`<th scope="col" class="number" title=${hint}>${title}</th>`)}
                  <th scope="col" class="number">Average</th>
                  <th scope="col" class="number" title="median of the calls in the history">First token</th>
                  <th scope="col" class="number">Tokens</th>
                  <th scope="col" class="number">Cost</th>
                </tr>
              </thead>
              <tbody>
                ${sorted.slice(0, SHOWN).map(([name, model]) => modelRow(name, model, executions, rare))}
              </tbody>
            </table>
          </div>`
    }
    ${rows.length > SHOWN ? html`<p class="more">and ${formatCount(rows.length - SHOWN)} used less</p>` : nothing}
  </section>`;
}

/** @param {string} name @param {ModelMetrics} model @param {readonly Execution[]} executions @param {readonly (typeof RARE)[number][]} rare */
function modelRow(name, model, executions, rare) {
  const { execution_count, average_duration_seconds, token_usage } = model;
  const firstToken = medianFirstToken(executions.filter((execution) => execution.model === name));
  return html`<tr>
    <th scope="row" class="name-cell">${nameText(name)} <bdi class="alias">${model.provider}</bdi></th>
    <td class="number">${formatCount(execution_count)}</td>
    ${errorCell(model)} ${countCell(model.in_progress)} ${rare.map(({ key }) => countCell(model[key]))}
    <td class="number">${formatSeconds(average_duration_seconds)}</td>
    <td class="number">${firstToken === undefined ? '–' : formatSeconds(firstToken)}</td>
    <td
      class="number"
      title="${formatCount(token_usage.input_tokens)} in, ${formatCount(token_usage.output_tokens)} out"
    >
      ${formatCount(token_usage.total_tokens)}
    </td>
    <td class="number">
      ${token_usage.unpriced_calls > 0 && token_usage.cost_usd === 0 ? html`<span title="no price is known">–</span>` : formatCost(token_usage.cost_usd)}
    </td>
  </tr>`;
}

/** With the types of the errors, the most frequent first. @param {ModelMetrics} model */
function errorCell({ execution_count, error_count, timeout_count, errors }) {
  const errorRate = shareOf(error_count + timeout_count, execution_count);
  const types = Object.entries(errors).sort(([, a], [, b]) => b - a);
  const told = types.slice(0, SHOWN_TYPES).map(([type, count]) => `${type} ${formatCount(count)}`);
  return html`<td class="number severity-${severity(errorRate)}" title=${told.join(', ') || nothing}>
    ${errorRate === 0 ? '–' : formatShare(errorRate)}
  </td>`;
}

/** @param {number} count */
function countCell(count) {
  return html`<td class="number">${count === 0 ? '–' : formatCount(count)}</td>`;
}

/** @param {readonly Execution[]} calls */
function medianFirstToken(calls) {
  const times = calls
    .flatMap(({ time_to_first_chunk_seconds: time }) => (time === null ? [] : [time]))
    .sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)];
}
