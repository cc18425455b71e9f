import { html, nothing } from '../libraries/lit-html.js';
import { fillSlots, slotTimes } from '../data/trend-slots.js';
import { formatBytes, formatCost, formatCount, formatRate, formatSeconds, formatShare, formatTime } from '../format.js';
import { hashOf } from '../view-state.js';
import { changeMark } from './change-mark.js';
import { kindMark, nameText, severity, statusMark } from './names.js';
import { timeRange } from './system-tiles.js';

/** @import { Execution, ToolMetrics, Totals, Trend } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../view-state.js' */
/** @import { Plot } from './time-plot.js' */

/** Everything about the agent or tool that is selected. @param {Snapshot} snapshot @param {ViewState} view @param {readonly Execution[]} failures newest first */
export function detailsPanel(snapshot, view, failures) {
  const { selected } = view;
  if (selected === undefined) return nothing;
  const { kind, name } = selected;
  const totals = kind === 'agent' ? snapshot.agents.get(name) : snapshot.tools.get(name);
  const trend = kind === 'agent' ? snapshot.agentTrends.get(name) : snapshot.toolTrends.get(name);
  return html`<aside class="details" id="details" aria-labelledby="details-title">
    <header>
      ${kindMark(kind)}
      <h2 id="details-title" tabindex="-1">${nameText(name)}</h2>
      <a class="close" href=${hashOf(view, { selected: undefined })} aria-label="Close" title="Close (Esc)">✕</a>
    </header>
    ${
      totals === undefined
        ? html`<p class="empty">This instance knows no ${kind} of that name.</p>`
        : html`${trend === undefined ? nothing : trendFigures(trend, view)} ${plots(snapshot, trend)}
          ${lastErrors(failures, view)} ${totalFigures(totals)}
          ${kind === 'agent' ? calledTools(snapshot, name, view) : callers(snapshot, name, view)}`
    }
  </aside>`;
}

/** @param {Trend} trend @param {ViewState} view */
function trendFigures(trend, { window }) {
  return html`<h3>Last ${window}</h3>
    <dl class="figures">
      ${figure('Calls', formatCount(trend.count))} ${figure('Per second', formatRate(trend.rate_per_second))}
      ${figure('Errors', formatShare(trend.error_rate), `severity-${severity(trend.error_rate)}`)}
      ${figure('p50', formatSeconds(trend.p50_seconds))}
      ${figure('p95', html`${formatSeconds(trend.p95_seconds)} ${changeMark(trend, 'p95_seconds', 'up-is-bad')}`)}
      ${figure('p99', formatSeconds(trend.p99_seconds))}
    </dl>`;
}

/** @param {string} label @param {unknown} value @param {string} [look] */
function figure(label, value, look = '') {
  return html`<div class=${look}>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** @param {Snapshot} snapshot @param {Trend | undefined} trend */
function plots(snapshot, trend) {
  const times = slotTimes(snapshot);
  const points = trend?.points ?? [];
  const range = timeRange(snapshot, times);
  /** @type {Plot} */
  const calls = {
    times,
    range,
    format: formatCount,
    max: 4,
    series: [
      { values: fillSlots(points, times, ({ count }) => count), color: '--accent', look: 'bars' },
      { values: fillSlots(points, times, ({ errors }) => errors), color: '--bad', look: 'bars' },
    ],
  };
  /** @type {Plot} */
  const latency = {
    times,
    range,
    format: formatSeconds,
    series: [{ values: fillSlots(points, times, ({ p95_seconds }) => p95_seconds), color: '--accent', look: 'bars' }],
  };
  return html`<h3>Calls and failures <span class="scope">per ${formatSeconds(snapshot.trends.slot_seconds)}</span></h3>
    <time-plot axes .plot=${calls} role="img" aria-label="Calls and failures over time"></time-plot>
    <h3>Duration p95</h3>
    <time-plot axes .plot=${latency} role="img" aria-label="95th percentile of durations over time"></time-plot>`;
}

/** @param {Snapshot['agents'] extends Map<string, infer Agent> ? Agent | ToolMetrics : never} totals */
function totalFigures(totals) {
  return html`<h3>Since start</h3>
    <dl class="figures">
      ${figure('Calls', html`<span data-figure="detail-calls">${formatCount(totals.execution_count)}</span>`)}
      ${figure('Succeeded', formatCount(totals.success_count))} ${figure('Failed', formatCount(totals.error_count))}
      ${figure('Timed out', formatCount(totals.timeout_count))}
      ${figure('Cancelled', formatCount(totals.cancelled_count))} ${figure('Running', formatCount(totals.in_progress))}
      ${figure('Retries', formatCount(totals.retry_count))}
      ${figure('Average', formatSeconds(totals.average_duration_seconds))}
      ${figure('Longest', formatSeconds(totals.max_duration_seconds))}
      ${
        'token_usage' in totals
          ? html`${figure('Tokens in', formatCount(totals.token_usage.input_tokens))}
            ${figure('Tokens out', formatCount(totals.token_usage.output_tokens))}
            ${figure('Cost', formatCost(totals.token_usage.cost_usd))}`
          : html`${figure('Input', formatBytes(totals.input_bytes))}
            ${figure('Output', formatBytes(totals.output_bytes))}`
      }
    </dl>`;
}

/** @param {Snapshot} snapshot @param {string} agent @param {ViewState} view */
function calledTools({ agents }, agent, view) {
  const tools = Object.entries(agents.get(agent)?.tool_metrics ?? {});
  if (tools.length === 0) return nothing;
  return html`<h3>Tools that it calls</h3>
    <ul class="list">
      ${tools.sort(([, a], [, b]) => b.execution_count - a.execution_count).map(([name, tool]) => callView('tool', name, tool, view))}
    </ul>`;
}

/** @param {Snapshot} snapshot @param {string} tool @param {ViewState} view */
function callers({ agents }, tool, view) {
  const calling = [...agents].flatMap(([agent, { tool_metrics }]) =>
    Object.hasOwn(tool_metrics, tool) ? [{ agent, calls: /** @type {ToolMetrics} */ (tool_metrics[tool]) }] : [],
  );
  if (calling.length === 0) return nothing;
  return html`<h3>Agents that call it</h3>
    <ul class="list">
      ${calling.map(({ agent, calls }) => callView('agent', agent, calls, view))}
    </ul>`;
}

/** @param {'agent' | 'tool'} kind @param {string} name @param {Totals} calls @param {ViewState} view */
function callView(kind, name, calls, view) {
  const failed = calls.error_count + calls.timeout_count;
  return html`<li>
    ${kindMark(kind)} <a class="grow" href=${hashOf(view, { selected: { kind, name } })}>${nameText(name)}</a>
    ${failed > 0 ? html`<span class="tag">${formatCount(failed)} failed</span>` : nothing}
    <span class="number">${formatCount(calls.execution_count)}</span>
  </li>`;
}

/** @param {readonly Execution[]} failures @param {ViewState} view */
function lastErrors(failures, view) {
  return html`<h3>Last errors</h3>
    ${failures.length === 0 ? html`<p class="empty">None in the history.</p>` : nothing}
    <ol class="list errors" id="errors">
      ${failures.map(
        ({ status, end_time, error_type, error, duration_seconds, request_id }) =>
          html`<li>
            ${statusMark(status)} <time datetime=${end_time}>${formatTime(Date.parse(end_time))}</time>
            <span class="grow"
              ><bdi class="error-type">${error_type}</bdi
              >${error === null ? nothing : html` <bdi class="error">${error}</bdi>`}</span
            >
            ${request_id === null ? nothing : html`<a href=${hashOf(view, { request: request_id, failedOnly: false, filter: '' })}>request</a>`}
            <span class="number">${formatSeconds(duration_seconds)}</span>
          </li>`,
      )}
    </ol>`;
}
