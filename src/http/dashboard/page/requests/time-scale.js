/** @import { Step } from './request-tree.js' */

/** @typedef {readonly [fromMs: number, toMs: number]} Range a part of the time of a request */

const WHOLE = 100;
const MAX_TICKS = 6;
/** Round steps of minutes and hours, which are not decimal. */
const LONG_STEPS = [10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600].map((seconds) => seconds * 1_000);

/**
 * The place of a time in the visible range, in percent; undefined if none of it is visible.
 *
 * @param {number} fromMs
 * @param {number} toMs
 * @param {Range} range
 */
export function placeOf(fromMs, toMs, [begin, end]) {
  if (toMs < begin || fromMs > end) return undefined;
  const percentOf = (/** @type {number} */ ms) => ((ms - begin) / (end - begin)) * WHOLE;
  const left = percentOf(Math.max(fromMs, begin));
  return { left, width: percentOf(Math.min(toMs, end)) - left };
}

/** Round times in the visible range, at most six. @param {Range} range */
export function ticksOf([begin, end]) {
  const least = (end - begin) / (MAX_TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(least));
  const steps = least > 5_000 && least <= 3.6e6 ? LONG_STEPS : [1, 2, 5, 10].map((digit) => digit * power);
  const step = steps.find((length) => length >= least * (1 - 1e-9)) ?? least;
  const first = Math.ceil(begin / step - 1e-9);
  const count = Math.floor(end / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/**
 * The range after a zoom or a move, within the whole.
 *
 * @param {Range} range
 * @param {Range} whole
 * @param {{ centreMs?: number, zoom?: number }} change `zoom` below 1 magnifies
 * @returns {Range}
 */
export function moveRange([begin, end], [least, most], { centreMs = (begin + end) / 2, zoom = 1 }) {
  const length = Math.min(most - least, Math.max(1, (end - begin) * zoom));
  const from = Math.min(Math.max(least, centreMs - length / 2), most - length);
  return [from, from + length];
}

/** @typedef {'agent' | 'tool' | 'model' | 'failed'} Look the colour of a step */

/** @param {Step} step @returns {Look} */
export function lookOf({ kind, hasFailed }) {
  return hasFailed ? 'failed' : kind;
}

/**
 * All steps as lines, one below the other, in a drawing that is a thousand wide and as high as there are steps.
 *
 * @param {readonly Step[]} steps
 * @param {Range} whole
 * @returns {Map<Look, string>} SVG paths
 */
export function overviewPaths(steps, whole) {
  /** @type {Map<Look, string>} */
  const paths = new Map();
  steps.forEach((step, index) => {
    const place = placeOf(step.startMs, step.endMs, whole) ?? { left: 0, width: 0 };
    const [x, length] = [place.left * 10, Math.max(place.width * 10, 2)].map((value) => Number(value.toFixed(1)));
    const look = lookOf(step);
    paths.set(look, `${paths.get(look) ?? ''}M${x} ${index + 0.5}h${length}`);
  });
  return paths;
}
