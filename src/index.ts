export type { Budget, BudgetLimit, BudgetState, BudgetSubject, BudgetWindow } from './collection/budgets/budget';
export { BudgetExceededError, type ExceededBudget } from './collection/budgets/budget-exceeded.error';
export type { BudgetAccount, BudgetStore, BudgetSums } from './collection/budgets/budget-store';
export { BudgetStoreError } from './collection/budgets/budget-store.error';
export type { Clock } from './collection/clock';
export type { ExecutionKind, ExecutionStatus } from './collection/executions/execution-status';
export { EXECUTION_CHANNEL, type ExecutionListener } from './collection/executions/execution-publisher';
export type {
  AgentExecutionRecord,
  ModelCallRecord,
  ToolExecutionRecord,
} from './collection/executions/execution-records';
export type { Execution, ExecutionBreakdown, RunningExecution } from './collection/executions/execution';
export { MetricsCollector } from './collection/metrics-collector';
export type { ExportFormat } from './collection/export-format';
export type { HistoryFilter } from './collection/executions/execution-history';
export type {
  AgentMetrics,
  Breakdown,
  BreakdownMetrics,
  CacheMetrics,
  ExecutionMetrics,
  ModelMetrics,
  SystemMetrics,
  ToolMetrics,
} from './collection/reading/metrics-snapshot';
export type { CostSource } from './collection/models/call-usage';
export type { ModelPrice, PriceTier, RateCard } from './collection/models/model-price';
export type { ModelPricing } from './collection/models/model-pricing';
export { pricesOf, type PriceCatalogue } from './collection/models/price-catalogue';
export type {
  ExecutionNode,
  FailedStep,
  FinishedRequest,
  RequestFilter,
  RequestSteps,
  RequestTree,
  RequestView,
  RunningRequest,
  SlowestStep,
} from './collection/requests/request';
export type { RequestHistoryOptions } from './collection/requests/request-history-options';
export type { TokenCounts, TokenUsage } from './collection/models/token-usage';
export type {
  SystemTrend,
  SystemTrendPoint,
  Trend,
  TrendChange,
  TrendFigures,
  TrendPoint,
  Trends,
  TrendsOptions,
  TrendUsage,
  TrendWindow,
  UsageTrend,
  UsageTrendPoint,
} from './collection/reading/trend-window';
export type { ClientRegistry } from './export/prom-client/client-registry';
export type { DashboardOptions } from './http/fleet/dashboard-options';
export { type ListenOptions, MetricsListener } from './http/metrics-listener';
export { METRICS_CLOCK, METRICS_REGISTRY } from './module/metrics.constants';
export { MetricsModule } from './module/metrics.module';
export type {
  BucketOptions,
  EndpointOptions,
  MachineOptions,
  MetricsAsyncOptions,
  MetricsModuleOptions,
  MetricsOptionsFactory,
  MetricsRootOptions,
  MetricsStaticOptions,
} from './module/metrics.options';
export type { BreakdownOptions } from './tracking/execution/request-breakdown';
export { currentExecution } from './tracking/execution/current-execution';
export type { ExecutionEnd, ExecutionHandle, ModelName, ModelUsage, Spending } from './tracking/execution-handle';
export type { TimeoutOptions } from './tracking/limits/execution-limits';
export type { AgentOptions, ExecutionName, ToolOptions, Until } from './tracking/declaring/execution-options';
export type { ModelOptions, ReportedUsage } from './tracking/declaring/model-options';
export { ExecutionLimitError } from './tracking/limits/execution-limit.error';
export { ExecutionTimeoutError } from './tracking/limits/execution-timeout.error';
export type { LimitName, RunLimit, RunLimitOptions } from './tracking/limits/run-limit';
export {
  type AgentStart,
  type ExecutionStart,
  type ModelStart,
  startExecution,
  type ToolStart,
} from './tracking/wrapping/execution-start';
export { ExecutionTracker } from './tracking/wrapping/execution-tracker';
export { SkipTracking } from './tracking/wrapping/skip-tracking.decorator';
export { TrackAgent } from './tracking/wrapping/track-agent.decorator';
export { type MethodModelOptions, TrackModel } from './tracking/wrapping/track-model.decorator';
export { TrackTool } from './tracking/wrapping/track-tool.decorator';
export { trackedAgent, trackedModel, trackedTool } from './tracking/wrapping/tracked-function';
export {
  type AgentInterceptorOptions,
  AgentMetricsInterceptor,
  type ToolInterceptorOptions,
  ToolMetricsInterceptor,
} from './tracking/wrapping/tracking.interceptor';
export type { ErrorClassifier, ResultClassifier } from './tracking/outcomes/outcome-rules';
