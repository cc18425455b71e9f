import { isFailure, nameOf } from '../data/executions.js';

/** @import { Execution, ExecutionKind, ExecutionNode, ExecutionStatus } from '../data/documents' */
/** @import { RequestTree, RunningExecution } from '../data/documents' */

/**
 * @typedef {object} Step an execution within a request, or the request itself, on the time of the request
 * @property {string} id
 * @property {ExecutionKind} kind
 * @property {string} name
 * @property {ExecutionStatus | 'running'} status
 * @property {boolean} hasFailed
 * @property {number} startMs after the request began
 * @property {number} endMs after the request began; for a running step the end of the known time
 * @property {Execution | RunningExecution} execution
 * @property {readonly Step[]} children in the order in which they began
 */

/** The request as the outermost step. @param {RequestTree} request @returns {Step} */
export function readTree(request) {
  const begin = Date.parse(request.start_time);
  // A step that outlives the request is drawn to the last known end: its age tells nothing about the request.
  const now = 'age_seconds' in request ? request.age_seconds * 1_000 : lastEnd(request) - begin;
  /** @param {Execution | RunningExecution} execution @param {readonly ExecutionNode[]} children @returns {Step} */
  const read = (execution, children) => {
    const startMs = Date.parse(execution.start_time) - begin;
    const isOver = 'status' in execution;
    return {
      id: execution.id,
      kind: execution.kind,
      name: nameOf(execution),
      status: isOver ? execution.status : 'running',
      hasFailed: isOver && isFailure(execution),
      startMs,
      endMs: isOver ? Date.parse(execution.end_time) - begin : Math.max(startMs, now),
      execution,
      children: children.map((child) => read(child, child.children)),
    };
  };
  return read(request, request.executions);
}

/** @param {RequestTree} request */
function lastEnd(request) {
  let last = 0;
  /** @param {Execution | RunningExecution} execution @param {readonly ExecutionNode[]} children */
  const look = (execution, children) => {
    if ('end_time' in execution) last = Math.max(last, Date.parse(execution.end_time));
    for (const child of children) look(child, child.children);
  };
  look(request, request.executions);
  return last;
}

/** A step and all steps inside it, parents before their children. @param {Step} step @returns {Step[]} */
export function allSteps(step) {
  return [step, ...step.children.flatMap(allSteps)];
}

/** From the first beginning to the last end. @param {readonly Step[]} steps @returns {readonly [fromMs: number, toMs: number]} */
export function timeOf(steps) {
  const from = steps.reduce((least, { startMs }) => Math.min(least, startMs), 0);
  const to = steps.reduce((most, { endMs }) => Math.max(most, endMs), 0);
  return [from, Math.max(to, from + 1)];
}
