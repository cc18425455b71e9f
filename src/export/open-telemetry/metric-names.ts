import {
  AGENT_DURATION,
  AGENT_MODEL_CALLS,
  AGENT_TOOL_CALLS,
  LEGACY_TOKEN_USAGE,
  MODEL_DURATION,
  MODEL_FIRST_CHUNK,
  TOKEN_USAGE,
  TOOL_DURATION,
  type ConventionMetric,
} from './convention-metrics';

/** What a family is called in OpenTelemetry. */
export interface MetricNames {
  /**
   * Behind the prefix and a dot. With its unit it becomes the name of the family again wherever a name is made for Prometheus.
   */
  readonly name: string;
  /** In UCUM; in braces is what has none. */
  readonly unit: string;
  /** Where the GenAI conventions have names for it. */
  readonly conventions?: readonly ConventionMetric[];
  /** What the conventions have removed, for those who ask for it. */
  readonly legacy?: ConventionMetric;
}

/** By the names of the table of families. */
export const METRIC_NAMES: Readonly<Record<string, MetricNames>> = {
  requests_total: { name: 'requests', unit: '{request}' },
  request_duration_seconds: { name: 'request.duration', unit: 's' },
  requests_in_progress: { name: 'requests_in_progress', unit: '{request}' },
  request_cost_usd: { name: 'request.cost_usd', unit: '{USD}' },
  '<by>_requests_total': { name: '<by>.requests', unit: '{request}' },
  '<by>_tokens_total': { name: '<by>.tokens', unit: '{token}' },
  '<by>_cost_usd_total': { name: '<by>.cost_usd', unit: '{USD}' },
  agent_executions_total: { name: 'agent.executions', unit: '{execution}' },
  agent_execution_duration_seconds: {
    name: 'agent.execution.duration',
    unit: 's',
    conventions: [AGENT_DURATION],
  },
  agent_executions_in_progress: { name: 'agent.executions_in_progress', unit: '{execution}' },
  agent_oldest_in_progress_seconds: { name: 'agent.oldest_in_progress', unit: 's' },
  agent_errors_total: { name: 'agent.errors', unit: '{error}' },
  agent_retries_total: { name: 'agent.retries', unit: '{retry}' },
  limits_exceeded_total: { name: 'limits.exceeded', unit: '{execution}' },
  agent_time_to_first_chunk_seconds: { name: 'agent.time_to_first_chunk', unit: 's' },
  agent_tool_calls: { name: 'agent.tool_calls', unit: '{call}', conventions: [AGENT_TOOL_CALLS] },
  agent_model_calls: { name: 'agent.model_calls', unit: '{call}', conventions: [AGENT_MODEL_CALLS] },
  agent_paused_seconds: { name: 'agent.paused', unit: 's' },
  agent_executions_paused: { name: 'agent.executions_paused', unit: '{execution}' },
  tool_executions_total: { name: 'tool.executions', unit: '{execution}' },
  tool_execution_duration_seconds: { name: 'tool.execution.duration', unit: 's', conventions: [TOOL_DURATION] },
  tool_executions_in_progress: { name: 'tool.executions_in_progress', unit: '{execution}' },
  tool_errors_total: { name: 'tool.errors', unit: '{error}' },
  tool_retries_total: { name: 'tool.retries', unit: '{retry}' },
  tool_input_bytes_total: { name: 'tool.input', unit: 'By' },
  tool_output_bytes_total: { name: 'tool.output', unit: 'By' },
  tool_repeated_calls_total: { name: 'tool.repeated_calls', unit: '{call}' },
  model_calls_total: { name: 'model.calls', unit: '{call}' },
  model_call_duration_seconds: { name: 'model.call.duration', unit: 's', conventions: [MODEL_DURATION] },
  model_time_to_first_token_seconds: {
    name: 'model.time_to_first_token',
    unit: 's',
    conventions: [MODEL_FIRST_CHUNK],
  },
  model_calls_in_progress: { name: 'model.calls_in_progress', unit: '{call}' },
  model_errors_total: { name: 'model.errors', unit: '{error}' },
  model_retries_total: { name: 'model.retries', unit: '{retry}' },
  model_calls_without_usage_total: { name: 'model.calls_without_usage', unit: '{call}' },
  model_tokens_total: {
    name: 'model.tokens',
    unit: '{token}',
    conventions: TOKEN_USAGE,
    legacy: LEGACY_TOKEN_USAGE,
  },
  model_cost_usd_total: { name: 'model.cost_usd', unit: '{USD}' },
  model_unpriced_calls_total: { name: 'model.unpriced_calls', unit: '{call}' },
  budget_spent_ratio: { name: 'budget.spent', unit: '1' },
  budget_exceeded_total: { name: 'budget.exceeded', unit: '{call}' },
  budget_store_faults_total: { name: 'budget.store_faults', unit: '{call}' },
  cache_hits_total: { name: 'cache.hits', unit: '{hit}' },
  cache_misses_total: { name: 'cache.misses', unit: '{miss}' },
  memory_usage_bytes: { name: 'memory.usage', unit: 'By' },
  memory_usage_max_bytes: { name: 'memory.usage_max', unit: 'By' },
  start_time_seconds: { name: 'start_time', unit: 's' },
  dropped_series_total: { name: 'dropped_series', unit: '{execution}' },
};

/** What the conventions call our labels. The others have the prefix before them; a breakdown is called as the user calls it. */
export const CONVENTION_ATTRIBUTES: Readonly<Record<string, string>> = {
  agent: 'gen_ai.agent.name',
  tool: 'gen_ai.tool.name',
  model: 'gen_ai.request.model',
  provider: 'gen_ai.provider.name',
  error_type: 'error.type',
  http_status: 'http.response.status_code',
  'gen_ai.token.type': 'gen_ai.token.type',
};
