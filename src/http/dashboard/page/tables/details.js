import { html, nothing } from '../libraries/lit-html.js';
import { totalsOf, trendsOf } from '../data/snapshot.js';
import { fillSlots, slotTimes, timeRange } from '../data/trend-slots.js';
import { ANY_REQUEST, hashOf, inWhich, LISTS } from '../data/view-state.js';
import { changeMark } from '../parts/change-mark.js';
import {
  costFigure,
  costGap,
  countFigure,
  rateFigure,
  secondsFigure,
  shareFigure,
  unknownFigure,
  unpricedNote,
} from '../parts/figures.js';
import { formatBytes, formatCount, formatSeconds } from '../parts/format.js';
import { kindMark, nameText, severity } from '../parts/names.js';
import { failureList } from './failures.js';
import { neighbours } from './neighbours.js';

/** @import { AgentMetrics, ModelMetrics, TokenUsage, ToolMetrics, Trend, UsageTrend } from '../data/documents' */
/** @import { FailureFeed } from '../data/failure-feed.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Selection, ViewState } from '../data/view-state.js' */
/** @import { Plot } from '../parts/time-plot.js' */

/** Everything about the agent, tool or model that is selected. @param {Snapshot} snapshot @param {ViewState} view @param {FailureFeed} failures */
export function detailsPanel(snapshot, view, failures) {
  const { selected } = view;
  if (selected === undefined) return nothing;
  const { kind, name } = selected;
  const totals = totalsOf(snapshot, kind).get(name);
  const trend = trendsOf(snapshot, kind).get(name);
  return html`<aside class="details" id="details" aria-labelledby="details-title">
    <header>
      ${kindMark(kind)}
      <h2 id="details-title" tabindex="-1">${nameText(name)}</h2>
      <a class="close" href=${hashOf(view, { selected: undefined })} aria-label="Close" title="Close (Esc)"
        ><svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2 10 10M10 2 2 10"></path></svg
      ></a>
    </header>
    ${
      totals === undefined
        ? html`<p class="empty">This instance knows no ${kind} of that name.</p>`
        : html`${requestLinks(selected, view)} ${windowFigures(trend, snapshot)} ${plots(snapshot, trend)}
          ${failureList(failures, snapshot, view)} ${totalFigures(totals)} ${neighbours(snapshot, selected, view)}`
    }
  </aside>`;
}

/** Links to the requests behind the figures. Requests have no filter for models. @param {Selection} selected @param {ViewState} view */
function requestLinks(selected, view) {
  if (selected.kind === 'model') return nothing;
  const only = { ...ANY_REQUEST, ...inWhich(selected) };
  return html`<p class="request-links">
    Requests:
    ${LISTS.map((list) => html`<a href=${hashOf(view, { ...only, list })} data-goes-to="requests">${list}</a> `)}
  </p>`;
}

const NO_CALLS = 'no calls in the window';

/** @param {Trend | UsageTrend | undefined} trend @param {Snapshot} snapshot */
function windowFigures(trend, { trends }) {
  const isQuiet = !trend?.count;
  const seconds = (/** @type {number | undefined} */ value) =>
    value ? secondsFigure(value) : unknownFigure(isQuiet ? NO_CALLS : 'not timed');
  return html`<h3>Last ${trends.window}</h3>
    <dl class="figures">
      ${figure('Calls', countFigure(trend?.count ?? 0))}
      ${figure('Per second', rateFigure(trend?.rate_per_second ?? 0))}
      ${figure('Errors', isQuiet ? unknownFigure(NO_CALLS) : shareFigure(trend.error_rate), `severity-${severity(trend?.error_rate ?? 0)}`)}
      ${figure('p50', seconds(trend?.p50_seconds))}
      ${figure('p95', html`${seconds(trend?.p95_seconds)} ${trend ? changeMark(trend, 'p95_seconds', 'up-is-bad') : nothing}`)}
      ${figure('p99', seconds(trend?.p99_seconds))}
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
      { values: fillSlots(points, times, ({ count }) => count), color: '--accent', look: 'bars', label: 'calls' },
      { values: fillSlots(points, times, ({ errors }) => errors), color: '--bad', look: 'bars', label: 'failed' },
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
    <h3>Duration p95 <span class="scope">per ${formatSeconds(snapshot.trends.slot_seconds)}</span></h3>
    <time-plot axes .plot=${latency} role="img" aria-label="95th percentile of durations over time"></time-plot>`;
}

/** @param {AgentMetrics | ToolMetrics | ModelMetrics} totals */
function totalFigures(totals) {
  const isQuiet = totals.execution_count === 0;
  const seconds = (/** @type {number} */ value) =>
    isQuiet || value === 0 ? unknownFigure(isQuiet ? 'no calls' : 'not timed') : secondsFigure(value);
  return html`<h3>Since start</h3>
    <dl class="figures">
      ${figure('Calls', html`<span data-figure="detail-calls">${countFigure(totals.execution_count)}</span>`)}
      ${figure('Succeeded', countFigure(totals.success_count))} ${figure('Failed', countFigure(totals.error_count))}
      ${figure('Timed out', countFigure(totals.timeout_count))}
      ${figure('Cancelled', countFigure(totals.cancelled_count))} ${figure('Running', countFigure(totals.in_progress))}
      ${figure('Retries', countFigure(totals.retry_count))}
      ${figure('Average', seconds(totals.average_duration_seconds))}
      ${figure('Longest', seconds(totals.max_duration_seconds))}
      ${'token_usage' in totals ? usageFigures(totals.token_usage) : sizeFigures(totals)}
    </dl>`;
}

/** @param {TokenUsage} usage */
function usageFigures(usage) {
  const gap = costGap(usage);
  const tokens = (/** @type {number} */ count) =>
    usage.calls === 0 ? unknownFigure('no model calls') : countFigure(count);
  return html`${figure('Tokens in', tokens(usage.input_tokens))} ${figure('Tokens out', tokens(usage.output_tokens))}
  ${figure('Cost', gap === undefined ? html`${costFigure(usage.cost_usd)}${unpricedNote(usage)}` : unknownFigure(gap))}`;
}

/** Sizes are measured only with the option `measurePayloads`. @param {ToolMetrics} totals */
function sizeFigures({ input_bytes, output_bytes }) {
  const isMeasured = input_bytes + output_bytes > 0;
  const size = (/** @type {number} */ bytes) =>
    isMeasured ? formatBytes(bytes) : unknownFigure('not measured (measurePayloads)');
  return html`${figure('Input', size(input_bytes))} ${figure('Output', size(output_bytes))}`;
}
