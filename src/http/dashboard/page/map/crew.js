import { nameOf } from '../data/executions.js';
import { overdueText } from '../data/overdue.js';
import { chooseNodes } from './choice.js';

/** @import { ExecutionKind, TokenUsage, Trend, UsageTrend } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */

/**
 * @typedef {object} CrewNode
 * @property {string} id
 * @property {ExecutionKind} kind
 * @property {string} name
 * @property {string} title the display name of an agent; else the name
 * @property {number} total calls since the start
 * @property {number} inProgress
 * @property {string | undefined} overdue the remark on an execution that takes much longer than usual
 * @property {Trend | UsageTrend | undefined} trend of the window
 * @property {TokenUsage | undefined} usage
 * @property {readonly string[]} tools that an agent calls
 *
 * @typedef {object} CrewNodes all nodes, by name
 * @property {Map<string, CrewNode>} agents
 * @property {Map<string, CrewNode>} tools
 * @property {Map<string, CrewNode>} models
 *
 * @typedef {object} CrewEdge a call from one node to another, by their ids
 * @property {string} from
 * @property {string} to
 *
 * @typedef {object} CrewLane
 * @property {'callers' | 'agents' | 'tools' | 'models'} id `callers`: agents that no agent calls, if others are called
 * @property {readonly CrewNode[]} nodes by name
 *
 * @typedef {object} Crew
 * @property {readonly CrewLane[]} lanes those that are not empty
 * @property {readonly CrewEdge[]} edges
 * @property {boolean} isFolded whether tools are folded into their agents
 * @property {CrewNodes} all
 * @property {ReadonlySet<string> | undefined} lit ids of the nodes that are not dimmed; undefined for all
 * @property {number} shown
 * @property {number} total
 */

/** With so few tools there is room for all of them. */
const FEW_TOOLS = 12;

/**
 * The shown agents, tools and models, with their calls. Names and calls decide which nodes are shown. In a crew that is too
 * large to be shown whole, failures decide, too.
 *
 * @param {Snapshot} snapshot
 * @param {ViewState} view
 * @param {(...names: string[]) => boolean} matches
 * @returns {Crew}
 */
export function readCrew(snapshot, view, matches) {
  const all = readNodes(snapshot);
  const isFolded = all.tools.size > FEW_TOOLS;
  const { agents, tools, models } = chooseNodes({ calls: snapshot.calls, view, matches, all, isFolded });
  const lanes = lanesOf(snapshot, byName(agents), byName(tools), byName(models));
  const edges = readEdges(snapshot, lanes);
  return {
    lanes,
    edges,
    isFolded,
    all,
    lit: view.unfold !== '' && all.agents.has(view.unfold) ? litBy(nodeId('agent', view.unfold), edges) : undefined,
    shown: agents.length + tools.length + models.length,
    total: all.agents.size + all.tools.size + all.models.size,
  };
}

/** @param {ExecutionKind} kind @param {string} name */
const nodeId = (kind, name) => `${kind}:${name}`;

/** @param {Snapshot} snapshot @returns {CrewNodes} */
function readNodes(snapshot) {
  const { agents, tools, models, agentTrends, toolTrends, modelTrends } = snapshot;
  const overdue = readOverdue(snapshot);
  /** @param {ExecutionKind} kind @param {string} name @param {{ execution_count: number, in_progress: number }} totals @param {Trend | UsageTrend | undefined} trend @returns {CrewNode} */
  const node = (kind, name, { execution_count, in_progress }, trend) => {
    const id = nodeId(kind, name);
    const figures = { total: execution_count, inProgress: in_progress, overdue: overdue.get(id), trend };
    return { id, kind, name, title: name, usage: undefined, tools: [], ...figures };
  };
  const agentNodes = mapValues(agents, (name, totals) => ({
    ...node('agent', name, totals, agentTrends.get(name)),
    title: totals.agent_name,
    usage: totals.token_usage,
    tools: Object.keys(totals.tool_metrics),
  }));
  const modelNodes = mapValues(models, (name, totals) => ({
    ...node('model', name, totals, modelTrends.get(name)),
    usage: totals.token_usage,
  }));
  const toolNodes = mapValues(tools, (name, totals) => node('tool', name, totals, toolTrends.get(name)));
  return { agents: agentNodes, tools: toolNodes, models: modelNodes };
}

/** @template From, To @param {Map<string, From>} map @param {(name: string, value: From) => To} change */
function mapValues(map, change) {
  return new Map([...map].map(([name, value]) => [name, change(name, value)]));
}

/** By id. @param {Snapshot} snapshot @returns {Map<string, string>} */
function readOverdue(snapshot) {
  return new Map(
    snapshot.running.flatMap((execution) => {
      const text = overdueText(execution, snapshot);
      return text === undefined ? [] : [[nodeId(execution.kind, nameOf(execution)), text]];
    }),
  );
}

/** @param {Snapshot} snapshot @param {CrewNode[]} agents @param {CrewNode[]} tools @param {CrewNode[]} models @returns {CrewLane[]} */
function lanesOf({ calls }, agents, tools, models) {
  // An agent is a caller once it has been seen as the outermost, and never as a called one.
  const isCaller = ({ name = '' }) => calls.outermost.has(name) && !calls.called.has(name);
  const callers = agents.filter(isCaller);
  const isOneKind = callers.length === 0 || !agents.some(({ name }) => calls.called.has(name));
  /** @type {CrewLane[]} */
  const lanes = [
    { id: 'callers', nodes: isOneKind ? [] : callers },
    { id: 'agents', nodes: isOneKind ? agents : agents.filter((agent) => !isCaller(agent)) },
    { id: 'tools', nodes: tools },
    { id: 'models', nodes: models },
  ];
  return lanes.filter(({ nodes }) => nodes.length > 0);
}

/** The calls between shown nodes. @param {Snapshot} snapshot @param {readonly CrewLane[]} lanes */
function readEdges({ calls }, lanes) {
  const nodes = lanes.flatMap((lane) => lane.nodes);
  const shown = new Set(nodes.map(({ id }) => id));
  return nodes.flatMap(({ id: from, kind, name, tools }) => {
    if (kind !== 'agent') return [];
    const called = [
      ...[...calls.calledBy('agent', name)].map((agent) => nodeId('agent', agent)),
      ...tools.map((tool) => nodeId('tool', tool)),
      ...[...calls.calledBy('model', name)].map((model) => nodeId('model', model)),
    ];
    return called.filter((to) => shown.has(to)).map((to) => ({ from, to }));
  });
}

/** The ids of an agent and of the nodes that it calls. @param {string} agent @param {readonly CrewEdge[]} edges */
function litBy(agent, edges) {
  return new Set([agent, ...edges.filter(({ from }) => from === agent).map(({ to }) => to)]);
}

/** @param {readonly CrewNode[]} nodes */
function byName(nodes) {
  return nodes.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}
