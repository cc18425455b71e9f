import { html } from '../libraries/lit-html.js';

const HEIGHT = 20;

/**
 * A small line without axes, one place per slot. Unknown values are left out.
 *
 * @param {readonly (number | null)[]} values
 * @param {number} [least] the least upper end of the scale
 */
export function courseLine(values, least = 0) {
  const max = values.reduce((/** @type {number} */ most, value) => Math.max(most, value ?? 0), least) || 1;
  return html`<svg
    class="course-line"
    viewBox="0 0 ${values.length} ${HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path d=${pathOf(values, max)}></path>
  </svg>`;
}

/** @param {readonly (number | null)[]} values @param {number} max */
function pathOf(values, max) {
  let path = 'M0 0';
  values.forEach((value, slot) => {
    if (value === null) return;
    const y = (HEIGHT - 1 - (value / max) * (HEIGHT - 2)).toFixed(1);
    // Each slot is a step, so that a single value is visible, too.
    path += (values[slot - 1] ?? null) === null ? `M${slot} ${y}h1` : `V${y}h1`;
  });
  return path;
}
