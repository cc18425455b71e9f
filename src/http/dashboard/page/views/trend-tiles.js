import { html } from '../libraries/lit-html.js';
import { fillSlots } from '../data/trend-slots.js';
import { formatCount, formatRate, formatSeconds, formatShare, plural } from '../format.js';
import { changeMark } from './change-mark.js';
import { severity } from './names.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Tile } from './system-tiles.js' */
/** @import { Plot, PlotSeries } from './time-plot.js' */

/** What the server knows of the window. @param {Snapshot} snapshot @param {readonly number[]} times @param {Plot['range']} range @returns {Tile[]} */
export function trendTiles({ trends: { system, window, slot_seconds }, document }, times, range) {
  const { system_metrics: totals } = document;
  const scope = `last ${window}`;
  /** @param {(point: typeof system.points[number]) => number} valueOf @param {string} color @param {Plot['format']} format @returns {Plot} */
  const bars = (valueOf, color, format) => {
    /** @type {PlotSeries} */
    const series = { values: fillSlots(system.points, times, valueOf), color, look: 'bars' };
    return { times, range, format, series: [series] };
  };
  return [
    {
      id: 'rate',
      label: 'Requests',
      scope,
      value: html`${formatRate(system.rate_per_second)}<small>/s</small>`,
      change: changeMark(system, 'rate_per_second', 'calm'),
      note: html`<b data-figure="total-requests">${formatCount(totals.total_requests)}</b> since start`,
      plot: bars(
        ({ count }) => count / slot_seconds,
        '--accent',
        (rate) => `${formatRate(rate)}/s`,
      ),
    },
    {
      id: 'error-rate',
      label: 'Error rate',
      scope,
      value: formatShare(system.error_rate),
      change: changeMark(system, 'error_rate', 'up-is-bad'),
      note: html`${formatCount(Math.round(system.error_rate * system.count))} of ${plural(system.count, 'request')};
        <b data-figure="failed-requests">${formatCount(totals.failed_requests)}</b> since start`,
      severity: severity(system.error_rate),
      plot: bars(
        ({ errors }) => errors,
        '--bad',
        (count) => `${formatCount(count)} failed`,
      ),
    },
    {
      id: 'p95',
      label: 'Latency p95',
      scope,
      value: formatSeconds(system.p95_seconds),
      change: changeMark(system, 'p95_seconds', 'up-is-bad'),
      note: html`p50 <b data-figure="p50">${formatSeconds(system.p50_seconds)}</b> · p99
        <b data-figure="p99">${formatSeconds(system.p99_seconds)}</b>`,
      plot: bars(({ p95_seconds }) => p95_seconds, '--accent', formatSeconds),
    },
  ];
}
