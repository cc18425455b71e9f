import { html } from '../libraries/lit-html.js';
import { fillSlots } from '../data/trend-slots.js';

/** @import { Trend } from '../data/documents' */

const HEIGHT = 20;

/** Executions per slot, failures in front. Two paths, since a table has hundreds of these. @param {Trend | undefined} trend @param {readonly number[]} times */
export function sparkline(trend, times) {
  const points = trend?.points ?? [];
  const counts = fillSlots(points, times, ({ count }) => count);
  const errors = fillSlots(points, times, ({ errors }) => errors);
  const max = Math.max(1, ...counts);
  return html`<svg
    class="sparkline"
    viewBox="0 0 ${times.length} ${HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path class="calls" d=${bars(counts, max)}></path>
    <path class="failures" d=${bars(errors, max)}></path>
  </svg>`;
}

/** @param {readonly number[]} values @param {number} max */
function bars(values, max) {
  let path = '';
  for (const [index, value] of values.entries()) {
    if (value > 0) path += `M${index + 0.5} ${HEIGHT}v${-Math.max(1.5, (value / max) * HEIGHT)}`;
  }
  return path || 'M0 0';
}
