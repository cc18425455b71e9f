export {
  agentMetricsProducer,
  type AgentMetricsProducer,
  type AgentMetricsProducerOptions,
  type ProducedMetrics,
  type ProducedResource,
} from './agent-metrics.producer';
export { AgentMetricsSpanProcessor } from './agent-metrics.span-processor';
export type { ScopeMetrics } from '../../export/open-telemetry/application-reader';
export type {
  DataPoint,
  GaugeData,
  HistogramData,
  HistogramValue,
  MetricData,
  MetricDescriptor,
  PointAttributes,
  PointTime,
  SumData,
} from '../../export/open-telemetry/metric-data';
export type { Attributes, EndedSpan, HrTime, SpanEvent, StartedSpan } from './span';
