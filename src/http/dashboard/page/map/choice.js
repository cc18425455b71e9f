import { severity } from '../parts/names.js';

/** @import { CallLog } from '../data/call-log.js' */
/** @import { ViewState } from '../data/view-state.js' */
/** @import { CrewNode, CrewNodes } from './crew.js' */

/**
 * @typedef {object} Choice the facts that decide which nodes are shown
 * @property {CallLog} calls
 * @property {ViewState} view
 * @property {(...names: string[]) => boolean} matches
 * @property {CrewNodes} all
 * @property {boolean} isFolded whether the tools of an agent are shown only on demand
 */

const MOST_AGENTS = 40;
const MOST_TOOLS = 60;
const MOST_MODELS = 24;

/** The nodes on the map. @param {Choice} choice */
export function chooseNodes(choice) {
  const { all, view } = choice;
  const isFiltered = view.filter.trim() !== '';
  const agents = isFiltered ? filteredAgents(choice) : usualAgents(choice);
  return {
    agents: mostUrgent(agents, MOST_AGENTS, isSelected(view)),
    tools: mostUrgent(isFiltered ? filteredTools(choice) : usualTools(choice), MOST_TOOLS, isSelected(view)),
    models: mostUrgent(
      isFiltered ? filteredModels(choice, agents) : [...all.models.values()],
      MOST_MODELS,
      isSelected(view),
    ),
  };
}

/** Tests whether a node is selected, or is the unfolded agent. @param {ViewState} view */
function isSelected({ selected, unfold }) {
  return (/** @type {CrewNode} */ { kind, name }) =>
    (selected?.kind === kind && selected.name === name) || (kind === 'agent' && unfold !== '' && name === unfold);
}

/** All agents; in a large crew only the outermost, those that fail or hang, and those near the selection. @param {Choice} choice */
function usualAgents(choice) {
  const agents = [...choice.all.agents.values()];
  if (agents.length <= MOST_AGENTS) return agents;
  const near = nearSelected(choice);
  const chosen = agents.filter((agent) => isUrgent(agent) || near.has(agent.name) || isCaller(choice, agent));
  // If agents call each other in a circle, none is chosen.
  return chosen.length === 0 ? agents : chosen;
}

/** @param {Choice} choice @param {CrewNode} agent */
function isCaller({ calls }, { name }) {
  return calls.outermost.has(name) && !calls.called.has(name);
}

/** Names of the unfolded agent, the selected one, and the agents next to them. @param {Choice} choice */
function nearSelected({ calls, view, all }) {
  const { selected, unfold } = view;
  const near = new Set([unfold]);
  if (selected?.kind === 'agent') near.add(selected.name);
  for (const name of [...near]) {
    for (const other of [...calls.calledBy('agent', name), ...calls.callersOf('agent', name)]) near.add(other);
  }
  if (selected?.kind === 'model') for (const name of calls.callersOf('model', selected.name)) near.add(name);
  if (selected?.kind === 'tool') {
    for (const { name, tools } of all.agents.values()) if (tools.includes(selected.name)) near.add(name);
  }
  return near;
}

/** Agents that match, the agents next to them, and agents that call a matching tool or model. @param {Choice} choice */
function filteredAgents({ all, calls, matches }) {
  const agents = [...all.agents.values()];
  const near = new Set(agents.filter(({ name, title }) => matches(name, title)).map(({ name }) => name));
  for (const name of [...near]) {
    for (const other of [...calls.calledBy('agent', name), ...calls.callersOf('agent', name)]) near.add(other);
  }
  const callsOne = ({ name = '', tools = /** @type {readonly string[]} */ ([]) }) =>
    tools.some((tool) => matches(tool)) || [...calls.calledBy('model', name)].some((model) => matches(model));
  return agents.filter((agent) => near.has(agent.name) || callsOne(agent));
}

/** All tools; if they are folded, only those of the unfolded agent, those of no agent, and the selected one. @param {Choice} choice */
function usualTools({ all, view, isFolded }) {
  const tools = [...all.tools.values()];
  if (!isFolded) return tools;
  const unfolded = new Set(all.agents.get(view.unfold)?.tools);
  const atAgents = new Set([...all.agents.values()].flatMap((agent) => agent.tools));
  const isWanted = isSelected(view);
  return tools.filter((tool) => unfolded.has(tool.name) || !atAgents.has(tool.name) || isWanted(tool));
}

/** @param {Choice} choice */
function filteredTools({ all, view, matches, isFolded }) {
  const agents = isFolded
    ? [...all.agents.values()].filter(({ name }) => name === view.unfold)
    : [...all.agents.values()].filter(({ name, title }) => matches(name, title));
  const near = new Set(agents.flatMap(({ tools }) => tools));
  return [...all.tools.values()].filter(({ name }) => matches(name) || near.has(name));
}

/** @param {Choice} choice @param {readonly CrewNode[]} agents */
function filteredModels({ all, calls, matches }, agents) {
  const near = new Set(
    agents.filter(({ name, title }) => matches(name, title)).flatMap(({ name }) => [...calls.calledBy('model', name)]),
  );
  return [...all.models.values()].filter(({ name }) => matches(name) || near.has(name));
}

/** @param {CrewNode} node */
function isUrgent({ trend, overdue }) {
  return overdue !== undefined || severity(trend?.error_rate ?? 0) !== 'ok';
}

/** At most `most` nodes: the selected first, then those that fail or hang, then the others by name. @param {readonly CrewNode[]} nodes @param {number} most @param {(node: CrewNode) => boolean} isWanted */
function mostUrgent(nodes, most, isWanted) {
  if (nodes.length <= most) return [...nodes];
  const rank = (/** @type {CrewNode} */ node) => (isWanted(node) ? 0 : isUrgent(node) ? 1 : 2);
  return nodes.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1)).slice(0, most);
}
