import type * as budgets from '../../../../collection/budgets/budget';
import type * as executions from '../../../../collection/executions/execution';
import type * as tokens from '../../../../collection/models/token-usage';
import type * as metrics from '../../../../collection/reading/metrics-snapshot';
import type * as trends from '../../../../collection/reading/trend-window';
import type * as requests from '../../../../collection/requests/request';
import type { JsonDocument } from '../../../../export/json/json-names';
import type * as fleet from '../../../fleet/fleet-report';

/** The JSON of the routes: the public types, with the names that they have in JSON. */

export type { ExecutionKind, ExecutionStatus } from '../../../../collection/executions/execution-status';
export type { TrendWindow } from '../../../../collection/reading/trend-window';
export type { FleetReason } from '../../../fleet/fleet-fault';
export type { FleetRange } from '../../../fleet/fleet-range';

export type TokenUsage = JsonDocument<tokens.TokenUsage>;
export type Totals = JsonDocument<metrics.ExecutionMetrics>;
export type ToolMetrics = JsonDocument<metrics.ToolMetrics>;
export type AgentMetrics = JsonDocument<metrics.AgentMetrics>;
export type ModelMetrics = JsonDocument<metrics.ModelMetrics>;
export type CacheMetrics = JsonDocument<metrics.CacheMetrics>;
export type BreakdownMetrics = JsonDocument<metrics.BreakdownMetrics>;
export type Breakdown = JsonDocument<metrics.Breakdown>;
export type SystemMetrics = JsonDocument<metrics.SystemMetrics>;

export type BudgetState = JsonDocument<budgets.BudgetState>;

export interface Instance {
  id: string;
  hostname: string;
  pid: number;
  version: string;
}

/** One of the processes of a machine that answer together. */
export interface MachineInstance {
  worker: number;
  state: 'up' | 'silent';
  pid: number;
}

export interface MetricsDocument {
  instance: Instance;
  /** Only if several processes answer together. */
  instances?: MachineInstance[];
  system_metrics: SystemMetrics;
  agent_metrics: Record<string, AgentMetrics>;
  tool_metrics: Record<string, ToolMetrics>;
  model_metrics: Record<string, ModelMetrics>;
  cache_metrics: Record<string, CacheMetrics>;
  /** By agent and tool; only if calls have been repeated. */
  repeated_calls?: Record<string, Record<string, number>>;
  /** Only if there are any. */
  budgets?: BudgetState[];
  /** Only if the option `breakdown` is set. */
  breakdown?: Breakdown;
}

export type TrendFigures = JsonDocument<trends.TrendFigures>;
export type TrendPoint = JsonDocument<trends.TrendPoint>;
export type Trend = JsonDocument<trends.Trend>;
export type UsageTrend = JsonDocument<trends.UsageTrend>;
export type TrendsDocument = JsonDocument<trends.Trends>;

/** The JSON has the value of the breakdown under the name that the option sets. */
export type Execution = JsonDocument<Omit<executions.Execution, 'breakdown'>>;
export type RunningExecution = JsonDocument<Omit<executions.RunningExecution, 'breakdown'>>;

export type FinishedRequest = JsonDocument<Omit<requests.FinishedRequest, 'breakdown'>>;
export type RunningRequest = JsonDocument<Omit<requests.RunningRequest, 'breakdown'>>;
/** An execution within a request, with those inside it. One in progress has no status. */
export type ExecutionNode = (Execution | RunningExecution) & { children: ExecutionNode[] };
export type RequestTree = (FinishedRequest | RunningRequest) & { executions: ExecutionNode[] };

export type FleetReport = JsonDocument<fleet.FleetReport>;
export type FleetSilence = JsonDocument<fleet.FleetSilence>;
export type FleetSystem = JsonDocument<fleet.FleetSystem>;
export type FleetAgent = JsonDocument<fleet.FleetAgent>;
export type FleetInstance = JsonDocument<fleet.FleetInstance>;
export type FleetStart = JsonDocument<fleet.FleetStart>;
export type FleetCourse = JsonDocument<fleet.FleetCourse>;
