import { html, nothing } from '../libraries/lit-html.js';
import { slotTimes, timeRange } from '../data/trend-slots.js';
import { hashOf } from '../data/view-state.js';
import { formatTime } from '../parts/format.js';
import { plotPanel } from '../parts/plot-panel.js';
import { durationPlot, outcomePlot } from './request-plots.js';
import { costPlot, tokenPlot } from './usage-plots.js';

/** @import { Start } from '../data/instance-log.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { RequestList, ViewState } from '../data/view-state.js' */
/** @import { PlotChoice } from '../parts/plot-panel.js' */
/** @import { Plot } from '../parts/time-plot.js' */

/**
 * @callback Go changes the view, and leads to a part of the page
 * @param {Partial<ViewState>} change
 * @param {string} [id] of that part
 *
 * @typedef {object} PlotScene the common input of the four plots
 * @property {Snapshot} snapshot
 * @property {Omit<Plot, 'series' | 'format'>} plot
 * @property {(listAt: (index: number, value: number | undefined) => RequestList) => PlotChoice} choose
 */

/** Four plots of the same window. @param {Snapshot} snapshot @param {ViewState} view @param {readonly Start[]} starts @param {Go} go */
export function plotsPanel(snapshot, view, starts, go) {
  const times = slotTimes(snapshot);
  const [from, to] = timeRange(snapshot, times);
  const slotMs = snapshot.trends.slot_seconds * 1_000;
  const seen = starts.filter(({ time }) => time >= from && time <= to);
  /** @type {PlotScene['choose']} */
  const choose = (listAt) => ({
    onSpan: (span) => go({ span }),
    onPick: ({ index, value }) => {
      const start = times[index] ?? from;
      go({ span: [start, start + slotMs], list: listAt(index, value), request: '', step: '' }, 'requests');
    },
  });
  const plot = { times, range: /** @type {const} */ ([from, to]), slotMs, marks: seen.map(({ time }) => time) };
  const scene = { snapshot, plot: view.span === undefined ? plot : { ...plot, band: view.span }, choose };
  const usesModels = snapshot.models.size > 0;
  const panels = [outcomePlot(scene), durationPlot(scene), ...(usesModels ? [tokenPlot(scene), costPlot(scene)] : [])];
  return html`<section class="plots" id="plots" aria-label="Plots of the last ${snapshot.trends.window}">
    <div class="plot-row ${usesModels ? '' : 'without-models'}">${panels.map(plotPanel)}</div>
    ${footer(snapshot, view, seen)}
  </section>`;
}

const MODEL_CALLS = html`<span>
  Tokens and cost appear with the first model call: <code>trackModel</code>, <code>recordModelCall</code> or an adapter.
</span>`;

/** @param {Snapshot} snapshot @param {ViewState} view @param {readonly Start[]} starts */
function footer({ trends: { window }, models }, view, starts) {
  return html`<p class="plot-footer">
    <span id="plots-window">${window === view.window ? `Last ${window}` : `Loading ${view.window}…`}</span>
    ${view.span === undefined ? nothing : spanText(view.span, view)}
    ${starts.map(({ time, isRestart }) => html`<span class="start-mark">${isRestart ? 'Restarted' : 'Started'} ${formatTime(time)}</span>`)}
    ${models.size > 0 ? nothing : MODEL_CALLS}
    <span class="plot-hint">Drag, or Shift + arrows: a range. Click, or Enter: the requests of a moment.</span>
  </p>`;
}

/** @param {NonNullable<ViewState['span']>} span @param {ViewState} view */
function spanText([from, to], view) {
  return html`<span id="plots-span">
    ${formatTime(from)}–${formatTime(to)}
    <a href=${hashOf(view, { span: undefined })}>Show all of ${view.window}</a>
  </span>`;
}
