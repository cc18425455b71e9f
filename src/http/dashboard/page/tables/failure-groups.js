import { grouped } from '../data/grouped.js';

/** @import { Execution } from '../data/documents' */

/**
 * @typedef {object} FailureGroup failures of one type
 * @property {string} type
 * @property {readonly Execution[]} failures newest first
 * @property {number} lastSeen milliseconds
 * @property {readonly number[]} counts one for each slot of the window
 */

/**
 * Failures by their type, the most frequent first.
 *
 * @param {readonly Execution[]} failures newest first
 * @param {readonly number[]} times of `slotTimes`
 * @param {number} slotMs
 * @returns {FailureGroup[]}
 */
export function groupFailures(failures, times, slotMs) {
  const groups = grouped(failures, ({ error_type, status }) => error_type ?? status);
  return [...groups]
    .map(([type, failures]) => ({
      type,
      failures,
      lastSeen: Math.max(...failures.map(({ end_time }) => Date.parse(end_time))),
      counts: countSlots(failures, times, slotMs),
    }))
    .sort((a, b) => b.failures.length - a.failures.length || b.lastSeen - a.lastSeen);
}

/** @param {readonly Execution[]} failures @param {readonly number[]} times @param {number} slotMs */
function countSlots(failures, times, slotMs) {
  const counts = times.map(() => 0);
  const [first = 0] = times;
  for (const { end_time } of failures) {
    const slot = Math.floor((Date.parse(end_time) - first) / slotMs);
    if (slot in counts) counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}
