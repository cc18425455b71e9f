export { AgentMetricsSpanProcessor } from './agent-metrics.span-processor';
export type { Attributes, EndedSpan, HrTime, SpanEvent, StartedSpan } from './span';
