import { isFailure } from '../data/executions.js';
import { grouped } from '../data/grouped.js';

/** @import { BreakdownMetrics, BudgetState, CacheMetrics, MetricsDocument, ModelMetrics } from '../data/documents' */
/** @import { TokenUsage, Totals, Trend, UsageTrend } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Selection } from '../data/view-state.js' */

/**
 * @typedef {object} Row of any table, without the properties of other tables
 * @property {string} key
 * @property {string} name
 * @property {string} alias another name that it has
 * @property {Selection['kind']} [kind] if it can be selected
 * @property {number} weight decides between rows that are equal
 * @property {boolean} hasFailed
 * @property {Totals} [totals] since the start
 * @property {Trend | UsageTrend | undefined} [trend] of the window
 * @property {TokenUsage} [usage] since the start
 * @property {number} [repeats] tool calls that an agent execution had made before
 * @property {ModelMetrics} [model]
 * @property {readonly number[]} [firstTokens] seconds, ascending, of the calls in the history
 * @property {CacheMetrics} [cache]
 * @property {BreakdownMetrics} [requests]
 * @property {BudgetState} [budget]
 */

/** @param {Snapshot} snapshot @returns {Row[]} */
export function agentRows({ agents, agentTrends, document }) {
  const repeats = repeatsIn(document);
  return [...agents].map(([name, totals]) => ({
    ...executionRow('agent', name, totals, agentTrends.get(name)),
    alias: totals.agent_name === name ? '' : totals.agent_name,
    usage: totals.token_usage,
    repeats: repeats.size === 0 ? 0 : sum([...(repeats.get(name)?.values() ?? [])]),
  }));
}

/** @param {Snapshot} snapshot @returns {Row[]} */
export function toolRows({ tools, toolTrends, document }) {
  const repeats = [...repeatsIn(document).values()];
  return [...tools].map(([name, totals]) => ({
    ...executionRow('tool', name, totals, toolTrends.get(name)),
    repeats: sum(repeats.map((tools) => tools.get(name) ?? 0)),
  }));
}

/** @param {Snapshot} snapshot @returns {Row[]} */
export function modelRows({ models, modelTrends, executions }) {
  const calls = grouped(executions, ({ model }) => model);
  return [...models].map(([name, model]) => ({
    ...executionRow('model', name, model, modelTrends.get(name)),
    alias: model.provider,
    model,
    usage: model.token_usage,
    firstTokens: (calls.get(name) ?? [])
      .flatMap((call) =>
        call.time_to_first_chunk_seconds === null || isFailure(call) ? [] : [call.time_to_first_chunk_seconds],
      )
      .sort((a, b) => a - b),
  }));
}

/** @param {Snapshot} snapshot @returns {Row[]} */
export function cacheRows({ caches }) {
  return [...caches].map(([name, cache]) => ({ ...namedRow(name), weight: cache.hits + cache.misses, cache }));
}

/** @param {Snapshot} snapshot @returns {Row[]} */
export function breakdownRows({ document: { breakdown } }) {
  return Object.entries(breakdown?.values ?? {}).map(([name, requests]) => ({
    ...namedRow(name),
    weight: requests.total_requests,
    hasFailed: requests.failed_requests > 0,
    requests,
    usage: requests.token_usage,
  }));
}

/** @param {Snapshot} snapshot @returns {Row[]} */
export function budgetRows({ document: { budgets = [] } }) {
  return budgets.map((budget) => ({
    ...namedRow(budget.name),
    key: JSON.stringify([budget.name, budget.subject]),
    alias: budget.subject ?? 'application',
    weight: budget.spent_ratio ?? 0,
    budget,
  }));
}

/** @param {string} name */
function namedRow(name) {
  return { key: name, name, alias: '', weight: 0, hasFailed: false };
}

/** @param {Selection['kind']} kind @param {string} name @param {Totals} totals @param {Trend | UsageTrend | undefined} trend @returns {Row} */
function executionRow(kind, name, totals, trend) {
  const hasFailed = (trend?.error_rate ?? 0) > 0;
  return { key: name, name, alias: '', kind, weight: totals.execution_count, hasFailed, totals, trend };
}

/** By agent and tool. Any name may be a key. @param {MetricsDocument} document */
function repeatsIn({ repeated_calls = {} }) {
  return new Map(Object.entries(repeated_calls).map(([agent, tools]) => [agent, new Map(Object.entries(tools))]));
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
