import { criticalPath, sharesOf } from './critical-path.js';
import { FEW_STEPS, foldTree, openByItself } from './folding.js';
import { allSteps, readTree, timeOf } from './request-tree.js';
import { usageOf } from './request-usage.js';

/** @import { RequestTree } from '../data/documents' */

/** The share of free space at the end of the scale while a request runs: its end is unknown. */
const AHEAD = 0.06;

/** @typedef {ReturnType<typeof read>} OpenedRequest the open request, prepared to be drawn */

/** @type {{ request: RequestTree, opened: OpenedRequest } | undefined} */
let last;

/** Prepares a request once per answer of the server, however often it is drawn. @param {RequestTree} request */
export function readOpened(request) {
  if (last?.request !== request) last = { request, opened: read(request) };
  return last.opened;
}

/** @param {RequestTree} request */
function read(request) {
  const root = readTree(request);
  const steps = allSteps(root);
  const [from, to] = timeOf(steps);
  const { stretches, steps: path } = criticalPath(root);
  const items = foldTree(root, steps.length);
  return {
    request,
    root,
    steps,
    /** The time of all steps, from the first beginning. */
    time: /** @type {const} */ ([from, root.status === 'running' ? to + (to - from) * AHEAD : to]),
    path,
    shares: sharesOf(stretches),
    items,
    open: openByItself(items, steps.length, path),
    usage: usageOf(root),
    hasOverview: steps.length > FEW_STEPS,
  };
}
