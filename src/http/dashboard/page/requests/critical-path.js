/** @import { ExecutionKind } from '../data/documents' */
/** @import { Step } from './request-tree.js' */

/**
 * @typedef {object} Stretch a part of the critical path, in which the request waited for this step itself
 * @property {Step} step
 * @property {number} fromMs
 * @property {number} toMs
 */

/**
 * The steps that the request waited for, from its beginning to its end: had one of them been faster, so had the request. The
 * path is found from the end: the child that ended last, then the one that ended last before that one began, and so on. The
 * same applies within each child. Steps that overlap one of them are not on the path.
 *
 * @param {Step} root
 */
export function criticalPath(root) {
  /** @type {Stretch[]} */
  const stretches = [];
  /** The ids of all steps on the path. @type {Set<string>} */
  const steps = new Set();
  /** @param {Step} step @param {number} fromMs @param {number} toMs */
  const add = (step, fromMs, toMs) => {
    if (toMs > fromMs) stretches.push({ step, fromMs, toMs });
  };
  /** @param {Step} step @param {number} fromMs earlier time does not belong to the surrounding step */
  const follow = (step, fromMs) => {
    steps.add(step.id);
    let until = step.endMs;
    for (const child of step.children.toSorted(byEnd)) {
      if (child.endMs > until || child.endMs <= fromMs || child.startMs >= child.endMs) continue;
      add(step, child.endMs, until);
      until = Math.max(child.startMs, fromMs);
      follow(child, until);
    }
    add(step, fromMs, until);
  };
  follow(root, root.startMs);
  return { stretches: stretches.sort((a, b) => a.fromMs - b.fromMs), steps };
}

/** The last to end comes first; of two that end at once, the first to begin. @param {Step} a @param {Step} b */
function byEnd(a, b) {
  return b.endMs - a.endMs || a.startMs - b.startMs;
}

const WHOLE = 100;

/**
 * The shares of the critical path, in whole percents that add up to 100: `agent` is the agents' own time.
 *
 * @param {readonly Stretch[]} stretches
 * @returns {{ kind: ExecutionKind, percent: number }[]} the largest first, without absent kinds
 */
export function sharesOf(stretches) {
  const total = stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  if (total === 0) return [];
  /** @type {Map<ExecutionKind, number>} */
  const byKind = new Map();
  for (const { step, fromMs, toMs } of stretches) {
    byKind.set(step.kind, (byKind.get(step.kind) ?? 0) + ((toMs - fromMs) / total) * WHOLE);
  }
  const shares = [...byKind].map(([kind, exact]) => ({ kind, exact, percent: Math.floor(exact) }));
  const missing = WHOLE - shares.reduce((sum, { percent }) => sum + percent, 0);
  const byRest = shares.toSorted((a, b) => b.exact - b.percent - (a.exact - a.percent));
  for (const share of byRest.slice(0, missing)) share.percent += 1;
  return shares.sort(byLength).map(({ kind, percent }) => ({ kind, percent }));
}

/** The longest first; of two equal ones the agents' own time is second. @param {{ kind: ExecutionKind, exact: number }} a @param {{ kind: ExecutionKind, exact: number }} b */
function byLength(a, b) {
  return b.exact - a.exact || Number(a.kind === 'agent') - Number(b.kind === 'agent');
}
