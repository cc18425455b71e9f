/** @import { Step } from './request-tree.js' */

/** Above this share of its duration, a step's own time is notable. */
const NOTABLE_SHARE = 0.2;

/**
 * The times in which no step inside it ran.
 *
 * @param {Step} step
 * @returns {{ fromMs: number, toMs: number }[]} in their order
 */
export function ownTimes({ startMs, endMs, children }) {
  const gaps = [];
  let covered = startMs;
  for (const child of children.toSorted((a, b) => a.startMs - b.startMs)) {
    const begin = Math.min(child.startMs, endMs);
    if (begin > covered) gaps.push({ fromMs: covered, toMs: begin });
    covered = Math.max(covered, child.endMs);
  }
  if (endMs > covered) gaps.push({ fromMs: covered, toMs: endMs });
  return gaps;
}

/** The sum of a step's own times, in milliseconds. @param {Step} step */
export function ownMs(step) {
  return ownTimes(step).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

/** The longest of a step's own times, if it has steps inside it and much own time. @param {Step} step */
export function notableGap(step) {
  const own = ownMs(step);
  const isNotable = step.children.length > 0 && own > 0 && own > (step.endMs - step.startMs) * NOTABLE_SHARE;
  if (!isNotable) return undefined;
  return ownTimes(step).reduce((longest, gap) =>
    gap.toMs - gap.fromMs > longest.toMs - longest.fromMs ? gap : longest,
  );
}
