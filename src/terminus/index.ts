export { AgentMetricsHealthIndicator } from './agent-metrics.health-indicator';
export type { CostCheckOptions, ExecutionCheckOptions } from './agent-metrics.health-indicator';
