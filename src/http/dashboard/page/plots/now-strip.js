import { html, nothing } from '../libraries/lit-html.js';
import { fillSlots, slotTimes } from '../data/trend-slots.js';
import { courseLine } from '../parts/course-line.js';
import { costGap, unpricedNote } from '../parts/figures.js';
import { formatBytes, formatCost, formatCount, formatSeconds, formatShare, plural } from '../parts/format.js';

/** @import { Snapshot } from '../data/snapshot.js' */

/** @typedef {Snapshot['trends']['system']['points'][number]} Point */

/**
 * @callback CourseOf
 * @param {(point: Point) => number | null} valueOf
 * @returns {(number | null)[]} one value per slot
 *
 * @typedef {object} Figure
 * @property {string} id
 * @property {string} label
 * @property {string} scope the time that the value is of
 * @property {unknown} value
 * @property {unknown} note
 * @property {readonly (number | null)[]} values its course over the window
 */

/** The present load of the process, and its usage since the start. @param {Snapshot} snapshot */
export function nowStrip(snapshot) {
  const times = slotTimes(snapshot);
  /** @type {CourseOf} */
  const courseOf = (valueOf) => fillSlots(snapshot.trends.system.points, times, valueOf, null);
  const figures = [...processFigures(snapshot, courseOf), ...usageFigures(snapshot, courseOf)];
  return html`<section class="now-strip panel" id="now" aria-label="Now, and since start">
    <dl>${figures.map(figureView)}</dl>
  </section>`;
}

/** @param {Figure} figure */
function figureView({ id, label, scope, value, note, values }) {
  return html`<div id="now-${id}">
    <dt>${label} <span class="scope">${scope}</span></dt>
    <dd><span class="figure" data-figure=${id}>${value}</span> <span class="note">${note}</span></dd>
    <dd class="course-cell" aria-hidden="true">${courseLine(values)}</dd>
  </div>`;
}

/** @param {Snapshot} snapshot @param {CourseOf} courseOf @returns {Figure[]} */
function processFigures({ document: { system_metrics: totals }, running: [oldest] }, courseOf) {
  const isMeasured = totals.max_memory_usage_bytes > 0;
  return [
    {
      id: 'in-progress',
      label: 'In progress',
      scope: 'now',
      value: formatCount(totals.requests_in_progress),
      note: oldest ? `oldest ${formatSeconds(oldest.age_seconds)}` : 'nothing is running',
      values: courseOf(({ requests_in_progress }) => requests_in_progress),
    },
    {
      id: 'memory',
      label: 'Memory',
      scope: 'now',
      value: isMeasured ? formatBytes(totals.memory_usage_bytes) : '–',
      note: isMeasured ? `peak ${formatBytes(totals.max_memory_usage_bytes)}` : 'not measured',
      values: courseOf(({ memory_usage_bytes }) => memory_usage_bytes || null),
    },
  ];
}

/** @param {Snapshot} snapshot @param {CourseOf} courseOf @returns {Figure[]} */
function usageFigures({ document: { system_metrics: totals } }, courseOf) {
  const { token_usage: usage, cache_hits: hits, cache_misses: misses } = totals;
  const lookups = hits + misses;
  const scope = 'since start';
  return [
    {
      id: 'total-requests',
      label: 'Requests',
      scope,
      value: formatCount(totals.total_requests),
      note: html`<b data-figure="failed-requests">${formatCount(totals.failed_requests)}</b> failed`,
      values: courseOf(({ count }) => count),
    },
    {
      id: 'cache',
      label: 'Cache hits',
      scope,
      value: lookups === 0 ? '–' : formatShare(totals.cache_hit_rate),
      note: lookups === 0 ? 'no look-up' : `${formatCount(hits)} of ${formatCount(lookups)}`,
      values: courseOf(({ cache_hits, cache_misses }) => {
        return cache_hits + cache_misses === 0 ? null : cache_hits / (cache_hits + cache_misses);
      }),
    },
    {
      id: 'tokens',
      label: 'Tokens',
      scope,
      value: usage.calls === 0 ? '–' : formatCount(usage.total_tokens),
      note: usage.calls === 0 ? 'no model calls' : plural(usage.calls, 'model call'),
      values: courseOf((point) => point.tokens),
    },
    { id: 'cost', label: 'Cost', scope, ...costOf(usage), values: courseOf(({ cost_usd }) => cost_usd) },
  ];
}

/** @param {Snapshot['document']['system_metrics']['token_usage']} usage */
function costOf(usage) {
  const gap = costGap(usage);
  if (gap !== undefined) return { value: '–', note: gap };
  const note = usage.unpriced_calls === 0 ? 'all calls priced' : nothing;
  return { value: html`${formatCost(usage.cost_usd)}${unpricedNote(usage)}`, note };
}
