import type * as budgets from '../../../../collection/budgets/budget';
import type * as executions from '../../../../collection/executions/execution';
import type * as tokens from '../../../../collection/models/token-usage';
import type * as metrics from '../../../../collection/reading/metrics-snapshot';
import type * as trends from '../../../../collection/reading/trend-window';
import type { JsonDocument } from '../../../../export/json/json-names';

/** The JSON of the routes: what users read in TypeScript, under the names that it has in JSON. */

export type { ExecutionKind, ExecutionStatus } from '../../../../collection/executions/execution-status';
export type { TrendWindow } from '../../../../collection/reading/trend-window';

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

export interface MetricsDocument {
  instance: Instance;
  system_metrics: SystemMetrics;
  agent_metrics: Record<string, AgentMetrics>;
  tool_metrics: Record<string, ToolMetrics>;
  model_metrics: Record<string, ModelMetrics>;
  cache_metrics: Record<string, CacheMetrics>;
  /** By agent and tool; only where calls have been repeated. */
  repeated_calls?: Record<string, Record<string, number>>;
  /** Only where there are any. */
  budgets?: BudgetState[];
  /** Where the option `breakdown` is set. */
  breakdown?: Breakdown;
}

export type TrendFigures = JsonDocument<trends.TrendFigures>;
export type TrendPoint = JsonDocument<trends.TrendPoint>;
export type Trend = JsonDocument<trends.Trend>;
export type TrendsDocument = JsonDocument<trends.Trends>;

/** The value of the breakdown stands under its name, which is an option. */
export type Execution = JsonDocument<Omit<executions.Execution, 'breakdown'>>;
export type RunningExecution = JsonDocument<Omit<executions.RunningExecution, 'breakdown'>>;
