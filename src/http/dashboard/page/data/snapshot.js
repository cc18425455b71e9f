/** @import { MetricsDocument, TrendsDocument, Trend, RunningExecution, Execution } from './documents' */

/**
 * @typedef {object} Snapshot everything that the server has said last. Names are keys of maps: any text is one.
 * @property {MetricsDocument} document
 * @property {TrendsDocument} trends
 * @property {number} now milliseconds, by the clock of the server
 * @property {Map<string, MetricsDocument['agent_metrics'][string]>} agents
 * @property {Map<string, MetricsDocument['tool_metrics'][string]>} tools
 * @property {Map<string, MetricsDocument['model_metrics'][string]>} models
 * @property {Map<string, MetricsDocument['cache_metrics'][string]>} caches
 * @property {Map<string, Trend>} agentTrends
 * @property {Map<string, Trend>} toolTrends
 * @property {RunningExecution[]} running oldest first
 * @property {Execution[]} executions newest first
 */

/**
 * @param {MetricsDocument} document
 * @param {TrendsDocument} trends
 * @param {RunningExecution[]} running
 * @param {Execution[]} executions
 * @returns {Snapshot}
 */
export function createSnapshot(document, trends, running, executions) {
  return {
    document,
    trends,
    now: serverTime(document),
    agents: new Map(Object.entries(document.agent_metrics)),
    tools: new Map(Object.entries(document.tool_metrics)),
    models: new Map(Object.entries(document.model_metrics)),
    caches: new Map(Object.entries(document.cache_metrics)),
    agentTrends: new Map(Object.entries(trends.agents)),
    toolTrends: new Map(Object.entries(trends.tools)),
    running,
    executions,
  };
}

/** The clock of the browser may be wrong. @param {MetricsDocument} document */
export function serverTime({ system_metrics: { start_time, uptime_seconds } }) {
  return Date.parse(start_time) + uptime_seconds * 1_000;
}
