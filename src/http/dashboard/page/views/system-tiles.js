import { html, nothing } from '../libraries/lit-html.js';
import { fillSlots, slotTimes } from '../data/trend-slots.js';
import { formatBytes, formatCost, formatCount, formatRate, formatSeconds, formatShare, plural } from '../format.js';
import { severity } from './names.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Sample } from '../data/sample-log.js' */
/** @import { Plot, PlotSeries } from './time-plot.js' */

/**
 * @typedef {object} Tile
 * @property {string} id
 * @property {string} label
 * @property {string} scope the time of which the value tells
 * @property {unknown} value
 * @property {unknown} note
 * @property {unknown} [change]
 * @property {'ok' | 'warn' | 'bad'} [severity]
 * @property {Plot} plot
 */

/** The system at a glance. @param {Snapshot} snapshot @param {readonly Sample[]} samples of the instance that answers */
export function systemTiles(snapshot, samples) {
  const times = slotTimes(snapshot);
  const slotMs = snapshot.trends.slot_seconds * 1_000;
  /** @type {[number, number]} */
  const range = [times[0] ?? 0, (times.at(-1) ?? 0) + slotMs];
  const seen = samples.filter(({ time }) => time >= range[0]);
  const tiles = [...trendTiles(snapshot, times, range), ...sampleTiles(snapshot, seen, range)];
  return html`<section class="tiles" aria-label="System">${tiles.map(tileView)}</section>`;
}

/** @param {Tile} tile */
function tileView({ id, label, scope, value, note, change = nothing, severity = 'ok', plot }) {
  return html`<div class="tile severity-${severity}" id="tile-${id}">
    <h2>${label} <span class="scope">${scope}</span></h2>
    <p class="value"><span class="figure" data-figure=${id}>${value}</span> ${change}</p>
    <p class="note">${note}</p>
    <time-plot .plot=${plot} aria-hidden="true"></time-plot>
  </div>`;
}

/** @param {Snapshot} snapshot @param {readonly number[]} times @param {[number, number]} range @returns {Tile[]} */
function trendTiles({ trends: { system, window, slot_seconds }, document }, times, range) {
  const { system_metrics: totals } = document;
  const plotOf = (/** @type {PlotSeries[]} */ series, /** @type {Plot['format']} */ format, max = 0) => ({
    times,
    range,
    series,
    format,
    max,
  });
  const counts = fillSlots(system.points, times, ({ count }) => count / slot_seconds, 0);
  const errors = fillSlots(system.points, times, ({ errors }) => errors, 0);
  const p95 = fillSlots(system.points, times, ({ p95_seconds }) => /** @type {number | null} */ (p95_seconds), null);
  const scope = `last ${window}`;
  return [
    {
      id: 'rate',
      label: 'Requests',
      scope,
      value: html`${formatRate(system.rate_per_second)}<small>/s</small>`,
      change: changeMark(system.rate_per_second, system.previous.rate_per_second, 'calm'),
      note: html`<b data-figure="total-requests">${formatCount(totals.total_requests)}</b> since start`,
      plot: plotOf([{ values: counts, color: '--accent', look: 'bars' }], (rate) => `${formatRate(rate)}/s`),
    },
    {
      id: 'error-rate',
      label: 'Error rate',
      scope,
      value: formatShare(system.error_rate),
      change: changeMark(system.error_rate, system.previous.error_rate, 'up-is-bad'),
      note: html`${formatCount(Math.round(system.error_rate * system.count))} of ${plural(system.count, 'request')};
        <b data-figure="failed-requests">${formatCount(totals.failed_requests)}</b> since start`,
      severity: severity(system.error_rate),
      plot: plotOf([{ values: errors, color: '--bad', look: 'bars' }], (count) => `${formatCount(count)} failed`, 1),
    },
    {
      id: 'p95',
      label: 'Latency p95',
      scope,
      value: formatSeconds(system.p95_seconds),
      change: changeMark(system.p95_seconds, system.previous.p95_seconds, 'up-is-bad'),
      note: html`p50 <b data-figure="p50">${formatSeconds(system.p50_seconds)}</b> · p99
        <b data-figure="p99">${formatSeconds(system.p99_seconds)}</b>`,
      plot: plotOf([{ values: p95, color: '--accent', look: 'line' }], formatSeconds),
    },
  ];
}

/** @param {Snapshot} snapshot @param {readonly Sample[]} samples @param {[number, number]} range @returns {Tile[]} */
function sampleTiles({ document: { system_metrics: totals }, running, caches }, samples, range) {
  const times = samples.map(({ time }) => time);
  /** @param {(number | null)[]} values @param {Plot['format']} format @param {number} max @returns {Plot} */
  const lineOf = (values, format, max = 0) => ({
    times,
    range,
    format,
    max,
    series: [{ values, color: '--accent', look: 'line' }],
  });
  const { token_usage: tokens } = totals;
  return [
    {
      id: 'in-progress',
      label: 'In progress',
      scope: 'now',
      value: formatCount(totals.requests_in_progress),
      note: running[0] ? `oldest ${formatSeconds(running[0].age_seconds)}` : 'nothing is running',
      plot: lineOf(
        samples.map(({ inProgress }) => inProgress),
        formatCount,
        1,
      ),
    },
    {
      id: 'memory',
      label: 'Memory',
      scope: 'now',
      value: formatBytes(totals.memory_usage_bytes),
      note: `at most ${formatBytes(totals.max_memory_usage_bytes)}`,
      plot: lineOf(
        samples.map(({ memoryBytes }) => memoryBytes),
        formatBytes,
      ),
    },
    {
      id: 'cache',
      label: 'Cache hits',
      scope: 'since start',
      value: totals.cache_hits + totals.cache_misses === 0 ? '–' : formatShare(totals.cache_hit_rate),
      note: cacheNote(totals, caches),
      plot: lineOf(
        steps(samples, (step, last) =>
          step.lookups === last.lookups ? null : (step.hits - last.hits) / (step.lookups - last.lookups),
        ),
        formatShare,
        1,
      ),
    },
    {
      id: 'tokens',
      label: 'Tokens',
      scope: 'since start',
      value: formatCount(tokens.total_tokens),
      note: `${formatCount(tokens.input_tokens)} in · ${formatCount(tokens.output_tokens)} out`,
      plot: lineOf(
        steps(samples, (step, last) => ((step.tokens - last.tokens) / (step.time - last.time)) * 1_000),
        (rate) => `${formatRate(rate)}/s`,
      ),
    },
    {
      id: 'cost',
      label: 'Cost',
      scope: 'since start',
      value: formatCost(tokens.cost_usd),
      note:
        tokens.unpriced_calls === 0
          ? plural(tokens.calls, 'model call')
          : `${plural(tokens.unpriced_calls, 'call')} without a price`,
      plot: lineOf(
        samples.map(({ costUsd }) => costUsd),
        formatCost,
      ),
    },
  ];
}

/** @param {Snapshot['document']['system_metrics']} totals @param {Snapshot['caches']} caches */
function cacheNote({ cache_hits, cache_misses }, caches) {
  const named = [...caches]
    .slice(0, 2)
    .map(([name, { hit_rate }]) => html` · <bdi>${name}</bdi> ${formatShare(hit_rate)}`);
  return html`${formatCount(cache_hits)} of ${formatCount(cache_hits + cache_misses)}${named}`;
}

/**
 * @param {readonly Sample[]} samples
 * @param {(step: Sample, last: Sample) => number | null} valueOf
 */
function steps(samples, valueOf) {
  return samples.map((sample, index) => {
    const last = samples[index - 1];
    return last === undefined ? null : valueOf(sample, last);
  });
}

/** How far a figure has moved from the window before. @param {number} value @param {number} previous @param {'calm' | 'up-is-bad'} tone */
export function changeMark(value, previous, tone) {
  if (previous === 0 || value === previous) return nothing;
  const share = value / previous - 1;
  const sign = share > 0 ? '▲' : '▼';
  const isBad = tone === 'up-is-bad' && share > 0.1;
  const text = share > 9.99 ? '>999%' : formatShare(Math.abs(share));
  return html`<span class="change ${isBad ? 'is-bad' : ''}" title="against the window before">${sign} ${text}</span>`;
}
