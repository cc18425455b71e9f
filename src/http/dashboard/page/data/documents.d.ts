/** The JSON of the routes, as far as the page reads it. */

export type TrendWindow = '1m' | '5m' | '15m' | '1h';
export type ExecutionKind = 'agent' | 'tool' | 'model';
export type ExecutionStatus = 'success' | 'error' | 'timeout' | 'cancelled';

export interface TokenUsage {
  calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  total_tokens: number;
  cost_usd: number;
  unpriced_calls: number;
}

export interface Totals {
  execution_count: number;
  success_count: number;
  error_count: number;
  timeout_count: number;
  cancelled_count: number;
  in_progress: number;
  retry_count: number;
  average_duration_seconds: number;
  max_duration_seconds: number;
}

export interface ToolMetrics extends Totals {
  tool_name: string;
  input_bytes: number;
  output_bytes: number;
}

export interface AgentMetrics extends Totals {
  agent_id: string;
  agent_name: string;
  token_usage: TokenUsage;
  tool_metrics: Record<string, ToolMetrics>;
}

export interface ModelMetrics extends Totals {
  model: string;
  provider: string;
  token_usage: TokenUsage;
}

export interface CacheMetrics {
  hits: number;
  misses: number;
  hit_rate: number;
}

export interface SystemMetrics {
  start_time: string;
  last_updated: string | null;
  uptime_seconds: number;
  total_requests: number;
  successful_requests: number;
  failed_requests: number;
  cancelled_requests: number;
  requests_in_progress: number;
  memory_usage_bytes: number;
  max_memory_usage_bytes: number;
  cache_hits: number;
  cache_misses: number;
  cache_hit_rate: number;
  token_usage: TokenUsage;
}

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
}

export interface TrendFigures {
  count: number;
  rate_per_second: number;
  error_rate: number;
  average_seconds: number;
  p50_seconds: number;
  p95_seconds: number;
  p99_seconds: number;
}

export interface TrendPoint {
  start_time: string;
  count: number;
  errors: number;
  p95_seconds: number;
}

export interface Trend extends TrendFigures {
  previous: TrendFigures;
  change: 'up' | 'down' | 'flat' | 'insufficient_data';
  points: TrendPoint[];
}

export interface TrendsDocument {
  window: TrendWindow;
  slot_seconds: number;
  system: Trend;
  agents: Record<string, Trend>;
  tools: Record<string, Trend>;
}

interface ExecutionIdentity {
  id: string;
  parent_id: string | null;
  request_id: string | null;
  kind: ExecutionKind;
  agent_id: string | null;
  tool_name: string | null;
  model: string | null;
  start_time: string;
}

export interface Execution extends ExecutionIdentity {
  status: ExecutionStatus;
  error: string | null;
  error_type: string | null;
  end_time: string;
  duration_seconds: number;
  retries: number;
  chunks: number;
  time_to_first_chunk_seconds: number | null;
  trace_id: string | null;
}

export interface RunningExecution extends ExecutionIdentity {
  age_seconds: number;
}
