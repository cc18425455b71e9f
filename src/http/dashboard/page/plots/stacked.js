/** @import { Line } from '../parts/plot-panel.js' */

/**
 * Stacked bars. Each reaches down to the ground, is drawn before those below it, and tells its own value.
 *
 * @param {readonly { label: string, color: string, values: readonly number[] }[]} parts from the ground up
 * @returns {Line[]} from the top down
 */
export function stacked(parts) {
  const sums = new Array(parts[0]?.values.length ?? 0).fill(0);
  const lines = parts.map(({ label, color, values }) => {
    values.forEach((value, at) => (sums[at] += value));
    /** @type {Line} */
    const line = { label, color, look: 'bars', values: sums.map(orNull), told: values.map(orNull) };
    return line;
  });
  return lines.reverse();
}

/** Zero has no bar. @param {number} value */
function orNull(value) {
  return value === 0 ? null : value;
}
