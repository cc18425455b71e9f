/** @import { MetricsDocument, Totals, Trend } from './documents' */
/** @import { Snapshot } from './snapshot.js' */

/**
 * @typedef {object} NameRow an agent or a tool
 * @property {'agent' | 'tool'} kind
 * @property {string} name
 * @property {string} title the name to show, where it has another
 * @property {Totals} totals since the start
 * @property {Trend | undefined} trend of the chosen window
 * @property {number} repeats tool calls that an agent execution had made before
 * @property {number} tokens
 * @property {number} costUsd
 */

/** @param {Snapshot} snapshot @returns {NameRow[]} */
export function agentRows({ agents, agentTrends, document }) {
  const repeats = repeatsIn(document);
  return [...agents].map(([name, totals]) => ({
    kind: 'agent',
    name,
    title: totals.agent_name,
    totals,
    trend: agentTrends.get(name),
    repeats: sum([...(repeats.get(name)?.values() ?? [])]),
    tokens: totals.token_usage.total_tokens,
    costUsd: totals.token_usage.cost_usd,
  }));
}

/** @param {Snapshot} snapshot @returns {NameRow[]} */
export function toolRows({ tools, toolTrends, document }) {
  const repeats = repeatsIn(document);
  return [...tools].map(([name, totals]) => ({
    kind: 'tool',
    name,
    title: name,
    totals,
    trend: toolTrends.get(name),
    repeats: sum([...repeats.values()].map((tools) => tools.get(name) ?? 0)),
    tokens: 0,
    costUsd: 0,
  }));
}

/** By agent and tool. Any name may be a key. @param {MetricsDocument} document */
function repeatsIn({ repeated_calls = {} }) {
  return new Map(Object.entries(repeated_calls).map(([agent, tools]) => [agent, new Map(Object.entries(tools))]));
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Whether a name holds what was typed. @param {string} filter */
export function matcher(filter) {
  const wanted = filter.trim().toLowerCase();
  return (/** @type {readonly string[]} */ ...names) =>
    wanted === '' || names.some((name) => name.toLowerCase().includes(wanted));
}
