export type { Clock } from './collection/clock';
export type { ExecutionKind, ExecutionStatus } from './collection/execution-status';
export { EXECUTION_CHANNEL } from './collection/execution-publisher';
export type { ExecutionListener } from './collection/execution-publisher';
export type { AgentExecutionRecord, ModelCallRecord, ToolExecutionRecord } from './collection/execution-records';
export type { Execution } from './collection/execution-entry';
export { MetricsCollector } from './collection/metrics-collector';
export type { ExportFormat } from './collection/export-format';
export type { HistoryFilter } from './collection/execution-history';
export type { RunningExecution } from './collection/collector-surroundings';
export type {
  AgentMetrics,
  CacheMetrics,
  ExecutionMetrics,
  ModelMetrics,
  SystemMetrics,
  ToolMetrics,
} from './collection/metrics-snapshot';
export type { ModelPrice, ModelPricing } from './collection/model-pricing';
export type { TokenCounts, TokenUsage } from './collection/token-usage';
export type { Trend, TrendFigures, TrendPoint, Trends, TrendWindow } from './collection/trend-window';
export { MetricsListener } from './http/metrics-listener';
export type { ListenOptions } from './http/metrics-listener';
export { METRICS_CLOCK, METRICS_REGISTRY } from './metrics.constants';
export { MetricsModule } from './metrics.module';
export type {
  BucketOptions,
  EndpointOptions,
  MetricsAsyncOptions,
  MetricsModuleOptions,
  MetricsOptionsFactory,
  MetricsRootOptions,
  MetricsStaticOptions,
} from './metrics.options';
export { currentExecution } from './tracking/execution/current-execution';
export type { ExecutionHandle } from './tracking/execution/execution-handle';
export type { TimeoutOptions } from './tracking/limits/execution-limits';
export type {
  AgentOptions,
  ExecutionName,
  ModelOptions,
  ModelUsage,
  ToolOptions,
  Until,
} from './tracking/wrapping/execution-options';
export { ExecutionTimeoutError } from './tracking/limits/execution-timeout.error';
export { ExecutionTracker } from './tracking/wrapping/execution-tracker';
export type { AgentStart, ExecutionStart, ModelStart, ToolStart } from './tracking/wrapping/execution-tracker';
export { SkipTracking } from './tracking/wrapping/skip-tracking.decorator';
export { TrackAgent } from './tracking/wrapping/track-agent.decorator';
export { TrackTool } from './tracking/wrapping/track-tool.decorator';
export { trackedAgent, trackedModel, trackedTool } from './tracking/wrapping/tracked-function';
export { AgentMetricsInterceptor, ToolMetricsInterceptor } from './tracking/wrapping/tracking.interceptor';
export type { ErrorClassifier, ResultClassifier } from './tracking/outcomes/verdicts';
