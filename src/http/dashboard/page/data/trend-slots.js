/** @import { TrendPoint } from './documents' */
/** @import { Snapshot } from './snapshot.js' */

const SLOTS = 60;

/**
 * Where each slot of the window begins, in milliseconds. Slots follow a clock of the server that only it knows; the points
 * of the system, which has one for the present in any case, show where they lie.
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

/**
 * One value per slot; points stand only where there is something to tell.
 *
 * @template {TrendPoint} Point
 * @param {readonly Point[]} points
 * @param {readonly number[]} times of `slotTimes`
 * @param {(point: Point) => number} valueOf
 */
export function fillSlots(points, times, valueOf) {
  const values = new Array(SLOTS).fill(0);
  for (const point of points) {
    const index = slotOf(point.start_time, times);
    if (index >= 0 && index < SLOTS) values[index] = valueOf(point);
  }
  return values;
}

/** Thousands of names have the same few times, and reading a time takes long. @type {Map<string, number>} */
const known = new Map();
/** For which `known` holds. @type {readonly number[]} */
let knownTimes = [];

/** Which slot begins at this time; one outside the window has no place in it. @param {string} startTime @param {readonly number[]} times */
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
