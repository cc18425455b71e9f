export { AgentMetricsTraceProcessor } from './agent-metrics.trace-processor';
export type { AgentsSpan, AgentsSpanData } from './agents-span';
