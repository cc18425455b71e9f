/** @import { Execution, ExecutionKind, MetricsDocument, RunningExecution, Trend, TrendsDocument, UsageTrend } from './documents' */
/** @import { CallLog } from './call-log.js' */

/**
 * @typedef {object} Snapshot the last answers of the server. Names are keys of maps, since a name may be any text.
 * @property {MetricsDocument} document
 * @property {TrendsDocument} trends
 * @property {number} now milliseconds, by the clock of the server
 * @property {Map<string, MetricsDocument['agent_metrics'][string]>} agents
 * @property {Map<string, MetricsDocument['tool_metrics'][string]>} tools
 * @property {Map<string, MetricsDocument['model_metrics'][string]>} models
 * @property {Map<string, MetricsDocument['cache_metrics'][string]>} caches
 * @property {Map<string, UsageTrend>} agentTrends
 * @property {Map<string, Trend>} toolTrends
 * @property {Map<string, UsageTrend>} modelTrends
 * @property {CallLog} calls from agents to agents and models
 * @property {RunningExecution[]} running oldest first
 * @property {Execution[]} executions newest first
 */

/**
 * @param {MetricsDocument} document
 * @param {TrendsDocument} trends
 * @param {RunningExecution[]} running
 * @param {Execution[]} executions
 * @param {CallLog} calls
 * @returns {Snapshot}
 */
export function createSnapshot(document, trends, running, executions, calls) {
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
    modelTrends: new Map(Object.entries(trends.models)),
    calls,
    running,
    executions,
  };
}

/** The totals of all names of a kind. @param {Pick<Snapshot, 'agents' | 'tools' | 'models'>} snapshot @param {ExecutionKind} kind */
export function totalsOf({ agents, tools, models }, kind) {
  return { agent: agents, tool: tools, model: models }[kind];
}

/** The trends of all names of a kind. @param {Pick<Snapshot, 'agentTrends' | 'toolTrends' | 'modelTrends'>} snapshot @param {ExecutionKind} kind */
export function trendsOf({ agentTrends, toolTrends, modelTrends }, kind) {
  return { agent: agentTrends, tool: toolTrends, model: modelTrends }[kind];
}

/** The clock of the browser may be wrong. @param {MetricsDocument} document */
export function serverTime({ system_metrics: { start_time, uptime_seconds } }) {
  return Date.parse(start_time) + uptime_seconds * 1_000;
}
