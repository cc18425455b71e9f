/** @import { Execution, RunningExecution } from './documents' */

/**
 * @typedef {object} Step an execution within a request
 * @property {Execution} execution
 * @property {number} depth
 * @property {number} startMs after the request began
 * @property {number} endMs
 *
 * @typedef {object} Request the outermost agent execution with everything within
 * @property {Execution} root
 * @property {readonly Execution[]} parts all but the root
 * @property {readonly Execution[]} failures among all
 */

/** What an execution is called. @param {Execution | RunningExecution} execution */
export function nameOf({ kind, agent_id, tool_name, model }) {
  return (kind === 'agent' ? agent_id : kind === 'tool' ? tool_name : model) ?? '';
}

/** @param {Execution} execution */
export function isFailure({ status }) {
  return status === 'error' || status === 'timeout';
}

/** Finished requests, newest first. @param {readonly Execution[]} executions @returns {Request[]} */
export function readRequests(executions) {
  const byRequest = Map.groupBy(executions, ({ request_id }) => request_id);
  const roots = executions.filter(({ id, request_id }) => id === request_id);
  return roots.map((root) => {
    const all = byRequest.get(root.id) ?? [];
    return { root, parts: all.filter((part) => part !== root), failures: all.filter(isFailure) };
  });
}

/**
 * The steps of a request in the order of a tree, children by their start below their parent. A part whose parent the
 * history has forgotten stands below the root.
 *
 * @param {Request} request
 * @returns {Step[]}
 */
export function readSteps({ root, parts }) {
  const known = new Set([root.id, ...parts.map(({ id }) => id)]);
  const children = Map.groupBy(parts, ({ parent_id }) =>
    parent_id !== null && known.has(parent_id) ? parent_id : root.id,
  );
  const begin = Date.parse(root.start_time);
  /** @type {Step[]} */
  const steps = [];
  /** @param {Execution} execution @param {number} depth */
  const add = (execution, depth) => {
    const [startMs, endMs] = [Date.parse(execution.start_time) - begin, Date.parse(execution.end_time) - begin];
    steps.push({ execution, depth, startMs, endMs });
    // Of what began in the same millisecond the history has last what ended first.
    const within = (children.get(execution.id) ?? []).toReversed();
    for (const child of within.sort(byStart)) add(child, depth + 1);
  };
  add(root, 0);
  return steps;
}

/** @param {Execution} a @param {Execution} b */
function byStart(a, b) {
  return a.start_time < b.start_time ? -1 : Number(a.start_time > b.start_time);
}
