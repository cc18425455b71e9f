import { html, nothing } from '../libraries/lit-html.js';
import { formatCost, formatCount, plural } from '../format.js';
import { nameText } from './names.js';

/** @import { BreakdownMetrics, TokenUsage } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */

const SHOWN = 10;

/**
 * The values by which requests are broken down, tenants say, that have cost most.
 *
 * @param {Snapshot} snapshot
 * @param {(...names: string[]) => boolean} matches
 */
export function breakdownPanel({ document: { breakdown } }, matches) {
  if (breakdown === undefined) return nothing;
  const rows = Object.entries(breakdown.values).filter(([value]) => matches(value));
  const sorted = rows.sort(
    ([, a], [, b]) => b.token_usage.cost_usd - a.token_usage.cost_usd || b.total_requests - a.total_requests,
  );
  return html`<section class="panel" id="breakdown" aria-labelledby="breakdown-title">
    <header>
      <h2 id="breakdown-title">By <bdi>${breakdown.by}</bdi> <span class="count">${formatCount(rows.length)}</span></h2>
      <span class="scope">since start</span>
    </header>
    ${rows.length === 0 ? html`<p class="empty">None yet.</p>` : valuesTable(breakdown.by, sorted.slice(0, SHOWN))}
    ${rows.length > SHOWN ? html`<p class="more">and ${formatCount(rows.length - SHOWN)} that cost less</p>` : nothing}
  </section>`;
}

/** @param {string} by @param {[value: string, metrics: BreakdownMetrics][]} rows */
function valuesTable(by, rows) {
  return html`<div class="table-frame" tabindex="0" role="group" aria-label="By ${by}, as a table">
    <table>
      <thead>
        <tr>
          <th scope="col" class="name-cell"><bdi>${by}</bdi></th>
          <th scope="col" class="number">Requests</th>
          <th scope="col" class="number" title="with an error or a timeout">Failed</th>
          <th scope="col" class="number">Tokens</th>
          <th scope="col" class="number">Cost</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(([value, metrics]) => valueRow(value, metrics))}
      </tbody>
    </table>
  </div>`;
}

/** @param {string} value @param {BreakdownMetrics} metrics */
function valueRow(value, { total_requests, failed_requests, token_usage }) {
  return html`<tr>
    <th scope="row" class="name-cell">${nameText(value)}</th>
    <td class="number">${formatCount(total_requests)}</td>
    <td class="number">${failed_requests === 0 ? '–' : formatCount(failed_requests)}</td>
    <td class="number">${token_usage.total_tokens === 0 ? '–' : formatCount(token_usage.total_tokens)}</td>
    ${costCell(token_usage)}
  </tr>`;
}

/** @param {TokenUsage} usage */
function costCell({ unpriced_calls, total_tokens, cost_usd }) {
  const isUnknown = cost_usd === 0 && (unpriced_calls > 0 || total_tokens === 0);
  const missing = unpriced_calls === 0 ? nothing : `${plural(unpriced_calls, 'call')} without a price`;
  return html`<td class="number" title=${missing}>${isUnknown ? '–' : formatCost(cost_usd)}</td>`;
}
