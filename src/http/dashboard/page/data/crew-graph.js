import { isFailure, nameOf } from './request-tree.js';

/** @import { Execution, ExecutionKind, RunningExecution, Trend } from './documents' */
/** @import { Snapshot } from './snapshot.js' */

/**
 * @typedef {object} CrewNode
 * @property {string} id
 * @property {ExecutionKind} kind
 * @property {string} name
 * @property {string} title
 * @property {number} total calls since the start
 * @property {number} inProgress
 * @property {number} errorRate
 * @property {Trend | undefined} trend of the chosen window; models have none
 *
 * @typedef {object} CrewEdge who calls whom
 * @property {string} from
 * @property {string} to
 * @property {number} calls that the history has of the chosen window
 * @property {number} failures among them
 *
 * @typedef {object} CrewGraph
 * @property {CrewNode[]} nodes
 * @property {CrewEdge[]} edges
 * @property {number} leftOut nodes that there are besides
 */

const MAX_NODES = 36;

/**
 * Agents with what they call: tools from the document, which knows all of them, agents and models from the history, which
 * knows who called.
 *
 * @param {Snapshot} snapshot
 * @param {(...names: string[]) => boolean} matches
 * @returns {CrewGraph}
 */
export function readCrew(snapshot, matches) {
  const edges = readEdges(snapshot);
  const all = readNodes(snapshot, edges);
  const wanted = withNeighbours(all, edges, matches);
  const nodes = wanted.toSorted(byWeight).slice(0, MAX_NODES);
  const shown = new Set(nodes.map(({ id }) => id));
  return {
    nodes,
    edges: edges.filter(({ from, to }) => shown.has(from) && shown.has(to)),
    leftOut: all.length - nodes.length,
  };
}

/** @param {ExecutionKind} kind @param {string} name */
const nodeId = (kind, name) => `${kind}:${name}`;

/** @param {Snapshot} snapshot @param {readonly CrewEdge[]} edges @returns {CrewNode[]} */
function readNodes({ agents, tools, models, agentTrends, toolTrends }, edges) {
  /** @type {CrewNode[]} */
  const nodes = [];
  for (const [name, { agent_name, execution_count, in_progress }] of agents) {
    nodes.push(createNode('agent', name, agent_name, execution_count, in_progress, agentTrends.get(name)));
  }
  for (const [name, { execution_count, in_progress }] of tools) {
    nodes.push(createNode('tool', name, name, execution_count, in_progress, toolTrends.get(name)));
  }
  for (const [name, { execution_count, in_progress }] of models) {
    const node = createNode('model', name, name, execution_count, in_progress, undefined);
    const calls = edges.filter(({ to }) => to === node.id);
    nodes.push({ ...node, errorRate: shareOf(sum(calls, 'failures'), sum(calls, 'calls')) });
  }
  return nodes;
}

/**
 * @param {ExecutionKind} kind
 * @param {string} name
 * @param {string} title
 * @param {number} total
 * @param {number} inProgress
 * @param {Trend | undefined} trend
 * @returns {CrewNode}
 */
function createNode(kind, name, title, total, inProgress, trend) {
  return { id: nodeId(kind, name), kind, name, title, total, inProgress, trend, errorRate: trend?.error_rate ?? 0 };
}

/** @param {Snapshot} snapshot @returns {CrewEdge[]} */
function readEdges({ agents, executions, running, trends, now }) {
  const edges = new EdgeTable();
  for (const [agent, { tool_metrics }] of agents) {
    const from = nodeId('agent', agent);
    for (const tool in tool_metrics) edges.between(from, nodeId('tool', tool));
  }
  const byId = new Map([...executions, ...running].map((execution) => [execution.id, execution]));
  const since = new Date(now - trends.slot_seconds * 60_000).toISOString();
  for (const execution of executions) {
    const caller = callerOf(execution, byId);
    if (caller === undefined || execution.end_time < since) continue;
    const called = edges.between(caller, nodeId(execution.kind, nameOf(execution)));
    called.calls += 1;
    called.failures += Number(isFailure(execution));
  }
  return edges.all;
}

/** Edges by both of their ends: no text could part the two, since names may hold any. */
class EdgeTable {
  /** @type {CrewEdge[]} */
  all = [];
  /** @type {Map<string, Map<string, CrewEdge>>} */
  byEnds = new Map();

  /** @param {string} from @param {string} to */
  between(from, to) {
    const leaving = this.byEnds.get(from) ?? new Map();
    this.byEnds.set(from, leaving);
    /** @type {CrewEdge} */
    const edge = leaving.get(to) ?? { from, to, calls: 0, failures: 0 };
    if (!leaving.has(to)) this.all.push(edge);
    leaving.set(to, edge);
    return edge;
  }
}

/** @param {Execution} execution @param {Map<string, Execution | RunningExecution>} byId */
function callerOf({ parent_id, kind, agent_id }, byId) {
  const parent = parent_id === null ? undefined : byId.get(parent_id);
  if (parent !== undefined) return nodeId(parent.kind, nameOf(parent));
  // An agent's own name says nothing about who called it.
  return kind === 'agent' || agent_id === null ? undefined : nodeId('agent', agent_id);
}

/**
 * Those that match, and whom they call or are called by.
 *
 * @param {CrewNode[]} nodes
 * @param {readonly CrewEdge[]} edges
 * @param {(...names: string[]) => boolean} matches
 */
function withNeighbours(nodes, edges, matches) {
  const wanted = new Set(nodes.filter(({ name, title }) => matches(name, title)).map(({ id }) => id));
  if (wanted.size === nodes.length) return nodes;
  const near = new Set(wanted);
  for (const { from, to } of edges) {
    if (wanted.has(from)) near.add(to);
    if (wanted.has(to)) near.add(from);
  }
  return nodes.filter(({ id }) => near.has(id));
}

/** What fails comes first, then what is used most since the start: that order hardly changes. @param {CrewNode} a @param {CrewNode} b */
function byWeight(a, b) {
  return Number(b.errorRate > 0) - Number(a.errorRate > 0) || b.total - a.total;
}

/** @param {CrewEdge[]} edges @param {'calls' | 'failures'} key */
function sum(edges, key) {
  return edges.reduce((total, edge) => total + edge[key], 0);
}

/** @param {number} part @param {number} whole */
export function shareOf(part, whole) {
  return whole === 0 ? 0 : part / whole;
}
