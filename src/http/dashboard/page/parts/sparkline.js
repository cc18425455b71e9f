import { html } from '../libraries/lit-html.js';
import { slotOf } from '../data/trend-slots.js';

/** @import { Trend, TrendPoint } from '../data/documents' */

const HEIGHT = 20;
/** The least height of a visible bar. */
const LEAST = 1.5;

/** Executions per slot, failures in front. Two paths, since a table has hundreds of these. @param {Trend | undefined} trend @param {readonly number[]} times */
export function sparkline(trend, times) {
  const points = trend?.points ?? [];
  const max = points.reduce((most, { count }) => Math.max(most, count), 1);
  return html`<svg
    class="sparkline"
    viewBox="0 0 ${times.length} ${HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path class="calls" d=${bars(points, times, 'count', max)}></path>
    <path class="failures" d=${bars(points, times, 'errors', max)}></path>
  </svg>`;
}

/** @param {readonly TrendPoint[]} points @param {readonly number[]} times @param {'count' | 'errors'} key @param {number} max */
function bars(points, times, key, max) {
  let path = '';
  for (const point of points) {
    const value = point[key];
    if (value === 0) continue;
    const slot = slotOf(point.start_time, times);
    if (slot >= 0 && slot < times.length)
      path += `M${slot + 0.5} ${HEIGHT}v-${Math.max(LEAST, (value / max) * HEIGHT).toFixed(1)}`;
  }
  return path || 'M0 0';
}
