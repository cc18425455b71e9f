import { html } from '../libraries/lit-html.js';
import { fillSlots } from '../data/trend-slots.js';
import { changeMark } from '../parts/change-mark.js';
import { formatCount, formatRate, formatSeconds, formatShare, plural } from '../parts/format.js';
import { severity } from '../parts/names.js';
import { stacked } from './stacked.js';

/** @import { Line, PanelPlot } from '../parts/plot-panel.js' */
/** @import { RequestList } from '../data/view-state.js' */
/** @import { PlotScene } from './plots.js' */

/** The outcomes of requests. @param {PlotScene} scene @returns {PanelPlot} */
export function outcomePlot({ snapshot, plot, choose }) {
  const { system, window, slot_seconds } = snapshot.trends;
  const failed = fillSlots(system.points, plot.times, ({ errors }) => errors);
  const others = fillSlots(system.points, plot.times, ({ count, errors }) => count - errors);
  /** Failed requests if the pointer is on their bar; by keyboard if the slot has any. @param {number} index @param {number | undefined} value @returns {RequestList} */
  const listAt = (index, value) => {
    const count = failed[index] ?? 0;
    return count > 0 && (value === undefined || value <= count) ? 'failed' : 'recent';
  };
  return {
    id: 'plot-requests',
    title: 'Requests',
    unit: `by outcome, per ${formatSeconds(slot_seconds)}`,
    figures: requestFigures(snapshot),
    lines: stacked([
      { label: 'failed', color: '--bad', values: failed },
      { label: 'not failed', color: '--accent', values: others },
    ]),
    plot: {
      ...plot,
      format: formatCount,
      max: 4,
      tell: (index) => outcomesText(failed[index] ?? 0, others[index] ?? 0),
    },
    empty: `No request has ended in the last ${window}.`,
    choice: choose(listAt),
  };
}

/** @param {number} failed @param {number} others */
function outcomesText(failed, others) {
  return `${plural(failed + others, 'request')}, ${formatCount(failed)} failed`;
}

/** @param {PlotScene['snapshot']} snapshot */
function requestFigures({ trends: { system } }) {
  return html`<p class="figures-line">
    <span class="figure" data-figure="rate">${formatRate(system.rate_per_second)}<small>/s</small></span>
    ${changeMark(system, 'rate_per_second', 'calm')}
    <span class="figure severity-${severity(system.error_rate)}" data-figure="error-rate"
      >${system.count === 0 ? '–' : formatShare(system.error_rate)}<small> failed</small></span
    >
    ${changeMark(system, 'error_rate', 'up-is-bad')}
  </p>`;
}

/** The durations of requests. @param {PlotScene} scene @returns {PanelPlot} */
export function durationPlot({ snapshot, plot, choose }) {
  const { system, window } = snapshot.trends;
  const counts = fillSlots(system.points, plot.times, ({ count }) => count);
  /** @param {string} label @param {string} color @param {'p50_seconds' | 'p95_seconds' | 'p99_seconds'} key @returns {Line} */
  const line = (label, color, key) => {
    const values = fillSlots(system.points, plot.times, (point) => point[key]);
    return { label, color, look: 'thin', values: values.map((value, at) => (counts[at] === 0 ? null : value)) };
  };
  const known = (/** @type {number} */ seconds) => (system.count === 0 ? '–' : formatSeconds(seconds));
  return {
    id: 'plot-durations',
    title: 'Duration',
    unit: 'of requests',
    figures: html`<p class="figures-line">
      <span class="figure" data-figure="p95">${known(system.p95_seconds)}<small> p95</small></span>
      ${changeMark(system, 'p95_seconds', 'up-is-bad')}
      <span class="note"
        >p50 <b data-figure="p50">${known(system.p50_seconds)}</b> · p99
        <b data-figure="p99">${known(system.p99_seconds)}</b></span
      >
    </p>`,
    lines: [
      line('p99', '--series-2', 'p99_seconds'),
      line('p95', '--series-1', 'p95_seconds'),
      line('p50', '--series-3', 'p50_seconds'),
    ],
    plot: { ...plot, format: formatSeconds },
    empty: `No request has ended in the last ${window}.`,
    choice: choose(() => 'slowest'),
  };
}
