export {
  AgentMetricsHealthIndicator,
  type CostCheckOptions,
  type ExecutionCheckOptions,
} from './agent-metrics.health-indicator';
