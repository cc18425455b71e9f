/** @import { TrendPoint } from './documents' */
/** @import { Snapshot } from './snapshot.js' */

const SLOTS = 60;

/**
 * The beginning of each slot of the window, in milliseconds. Slots follow a clock that only the server knows. The points of
 * the system, which always has one for the present, show where the slots begin.
 *
 * @param {Snapshot} snapshot
 */
export function slotTimes({ trends, now }) {
  const slotMs = trends.slot_seconds * 1_000;
  const point = trends.system.points.at(-1);
  const phase = point === undefined ? 0 : Date.parse(point.start_time) % slotMs;
  const last = Math.floor((now - phase) / slotMs) * slotMs + phase;
  return Array.from({ length: SLOTS }, (_, index) => last - (SLOTS - 1 - index) * slotMs);
}

/** From the first slot to the end of the last. @param {Snapshot} snapshot @param {readonly number[]} times @returns {[from: number, to: number]} */
export function timeRange({ trends }, times) {
  return [times[0] ?? 0, (times.at(-1) ?? 0) + trends.slot_seconds * 1_000];
}

/**
 * One value per slot.
 *
 * @template {TrendPoint} Point
 * @param {readonly Point[]} points
 * @param {readonly number[]} times of `slotTimes`
 * @template {number | null} Value
 * @param {(point: Point) => Value} valueOf
 * @param {Value} [empty] the value of a slot without a point
 * @returns {Value[]}
 */
export function fillSlots(points, times, valueOf, empty = /** @type {Value} */ (0)) {
  const values = new Array(SLOTS).fill(empty);
  for (const point of points) {
    const index = slotOf(point.start_time, times);
    if (index >= 0 && index < SLOTS) values[index] = valueOf(point);
  }
  return values;
}

/** Slots by time. Thousands of names have the same few times, and reading a time is slow. @type {Map<string, number>} */
const known = new Map();
/** The times for which `known` holds. @type {readonly number[]} */
let knownTimes = [];

/** The index of the slot that begins at this time. A time outside the window has an index outside `times`. @param {string} startTime @param {readonly number[]} times */
export function slotOf(startTime, times) {
  if (times !== knownTimes) known.clear();
  knownTimes = times;
  let slot = known.get(startTime);
  if (slot === undefined) {
    const [first = 0, second = 1] = times;
    slot = Math.round((Date.parse(startTime) - first) / (second - first));
    known.set(startTime, slot);
  }
  return slot;
}
