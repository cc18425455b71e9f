import { html, nothing } from '../libraries/lit-html.js';
import { fillSlots } from '../data/trend-slots.js';
import { changeMark } from '../parts/change-mark.js';
import { formatCost, formatCount, plural } from '../parts/format.js';
import { OTHERS_COLOR, SeriesColors } from '../parts/series-colors.js';
import { stacked } from './stacked.js';

/** @import { PanelPlot } from '../parts/plot-panel.js' */
/** @import { PlotScene } from './plots.js' */
/** @typedef {PlotScene['snapshot']['trends']} Trends */

const SHOWN = 5;
const MINUTE_SECONDS = 60;
const colors = { models: new SeriesColors(), agents: new SeriesColors() };

const PRICES = html`No call is priced. The option <code>pricing</code>, or <code>costUsd</code> of a call, fills this.`;

/** The tokens of models. @param {PlotScene} scene @returns {PanelPlot} */
export function tokenPlot(scene) {
  const { trends } = scene.snapshot;
  const rate = perMinute(trends, trends.system.tokens);
  return {
    id: 'plot-tokens',
    title: 'Tokens',
    unit: 'per minute, by model',
    figures: html`<p class="figures-line">
      <span class="figure" data-figure="token-rate">${formatCount(Math.round(rate))}<small>/min</small></span>
      ${changeMark(trends.system, 'tokens', 'calm')}
    </p>`,
    lines: usageLines(scene, 'models', 'tokens'),
    plot: { ...scene.plot, format: (value) => formatCount(Math.round(value)) },
    empty: `No model call with tokens in the last ${trends.window}.`,
    choice: scene.choose(() => 'recent'),
  };
}

/** The cost of agents. @param {PlotScene} scene @returns {PanelPlot} */
export function costPlot(scene) {
  const { trends, document } = scene.snapshot;
  const { calls, unpriced_calls: unpriced } = document.system_metrics.token_usage;
  const isKnown = calls > unpriced;
  const missing = html`<span class="note">${plural(unpriced, 'call')} not priced (cost is incomplete)</span>`;
  return {
    id: 'plot-cost',
    title: 'Cost',
    unit: 'per minute, by agent',
    figures: html`<p class="figures-line">
      <span class="figure" data-figure="cost-rate"
        >${isKnown ? html`${formatCost(perMinute(trends, trends.system.cost_usd))}<small>/min</small>` : '–'}</span
      >
      ${changeMark(trends.system, 'cost_usd', 'calm')} ${unpriced > 0 ? missing : nothing}
    </p>`,
    lines: usageLines(scene, 'agents', 'cost_usd'),
    plot: { ...scene.plot, format: formatCost },
    empty: isKnown ? `No cost in the last ${trends.window}.` : PRICES,
    choice: scene.choose(() => 'recent'),
  };
}

/** @param {Trends} trends @param {number} total */
function perMinute({ covered_seconds }, total) {
  return (total / Math.max(covered_seconds, 1)) * MINUTE_SECONDS;
}

/** The lines of those that use most, and of all others together. @param {PlotScene} scene @param {'models' | 'agents'} kind @param {'tokens' | 'cost_usd'} key */
function usageLines({ snapshot: { trends }, plot }, kind, key) {
  const used = Object.entries(trends[kind]).filter(([, trend]) => trend[key] > 0);
  const most = used.sort(([, a], [, b]) => b[key] - a[key]).slice(0, SHOWN);
  // By name, so that a short-lived difference in usage does not swap two lines.
  most.sort(([a], [b]) => (a < b ? -1 : 1));
  colors[kind].show(most.map(([name]) => name));
  const scale = MINUTE_SECONDS / trends.slot_seconds;
  const courseOf = (/** @type {Trends['system'] | Trends['models'][string]} */ { points }) =>
    fillSlots(points, plot.times, (point) => point[key] * scale);
  const shown = most.map(([name, trend]) => {
    return { label: name === '' ? '(no name)' : name, color: colors[kind].of(name), values: courseOf(trend) };
  });
  const rest = courseOf(trends.system).map((total, at) => restOf(total, shown, at));
  const others = { label: used.length > SHOWN ? 'others' : 'outside agents', color: OTHERS_COLOR, values: rest };
  return stacked(rest.some((value) => value > 0) ? [...shown, others] : shown);
}

/** @param {number} total @param {readonly { values: readonly number[] }[]} parts @param {number} at */
function restOf(total, parts, at) {
  const rest = parts.reduce((left, { values }) => left - (values[at] ?? 0), total);
  // Fractions leave a small rest.
  return rest > total * 1e-6 ? rest : 0;
}
