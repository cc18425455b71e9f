/** @import { Execution, MetricsDocument, RunningExecution } from './documents' */

/**
 * The calls from agents to agents and models that the page has seen since it was opened: the document has only the calls to
 * tools. A call stays if the document has both names. An application may have any number of names, and counts those beyond
 * `maxSeries` together.
 */
export class CallLog {
  /** By the calling agent. @type {Map<string, Set<string>>} */
  agents = new Map();
  /** By the calling agent. @type {Map<string, Set<string>>} */
  models = new Map();
  /** Agents that have been called by another. @type {Set<string>} */
  called = new Set();
  /** Agents that have been seen as the outermost of a request. @type {Set<string>} */
  outermost = new Set();

  /** @param {readonly (Execution | RunningExecution)[]} all @param {Pick<MetricsDocument, 'agent_metrics' | 'model_metrics'>} known */
  add(all, { agent_metrics: agents, model_metrics: models }) {
    const byId = new Map(all.map((execution) => [execution.id, execution]));
    for (const { id, kind, agent_id, model, parent_id, request_id } of all) {
      if (agent_id === null || !Object.hasOwn(agents, agent_id)) continue;
      if (kind === 'model' && model !== null && Object.hasOwn(models, model)) addTo(this.models, agent_id, model);
      if (kind !== 'agent') continue;
      if (id === request_id) this.outermost.add(agent_id);
      if (parent_id === null) continue;
      // The agent of a tool is its caller. An agent that runs inside the tool is called by that caller.
      const caller = byId.get(parent_id)?.agent_id ?? null;
      if (caller === agent_id) continue;
      this.called.add(agent_id);
      if (caller !== null && Object.hasOwn(agents, caller)) addTo(this.agents, caller, agent_id);
    }
  }

  /** The names that this agent has called. @param {'agent' | 'model'} kind @param {string} agent @returns {ReadonlySet<string>} */
  calledBy(kind, agent) {
    return (kind === 'agent' ? this.agents : this.models).get(agent) ?? NONE;
  }

  /** The agents that have called this one, or this model. @param {'agent' | 'model'} kind @param {string} name */
  callersOf(kind, name) {
    const calls = kind === 'agent' ? this.agents : this.models;
    return [...calls].filter(([, names]) => names.has(name)).map(([agent]) => agent);
  }
}

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/** @param {Map<string, Set<string>>} calls @param {string} caller @param {string} name */
function addTo(calls, caller, name) {
  const names = calls.get(caller) ?? new Set();
  calls.set(caller, names.add(name));
}
