/** @import { Totals, Trend } from './documents' */
/** @import { Snapshot } from './snapshot.js' */

/**
 * @typedef {object} NameRow an agent or a tool
 * @property {'agent' | 'tool'} kind
 * @property {string} name
 * @property {string} title the name to show, where it has another
 * @property {Totals} totals since the start
 * @property {Trend | undefined} trend of the chosen window
 * @property {number} tokens
 * @property {number} costUsd
 */

/** @param {Snapshot} snapshot @returns {NameRow[]} */
export function agentRows({ agents, agentTrends }) {
  return [...agents].map(([name, totals]) => ({
    kind: 'agent',
    name,
    title: totals.agent_name,
    totals,
    trend: agentTrends.get(name),
    tokens: totals.token_usage.total_tokens,
    costUsd: totals.token_usage.cost_usd,
  }));
}

/** @param {Snapshot} snapshot @returns {NameRow[]} */
export function toolRows({ tools, toolTrends }) {
  return [...tools].map(([name, totals]) => ({
    kind: 'tool',
    name,
    title: name,
    totals,
    trend: toolTrends.get(name),
    tokens: 0,
    costUsd: 0,
  }));
}

/** Whether a name holds what was typed. @param {string} filter */
export function matcher(filter) {
  const wanted = filter.trim().toLowerCase();
  return (/** @type {readonly string[]} */ ...names) =>
    wanted === '' || names.some((name) => name.toLowerCase().includes(wanted));
}
