export { agentMetricsMiddleware, type AgentMetricsMiddleware } from './middleware';
export { agentMetricsTelemetry, type AgentMetricsTelemetry, type AgentMetricsTelemetryOptions } from './telemetry';
export { trackedTools } from './tracked-tools';
