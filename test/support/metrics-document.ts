interface ExecutionDocument {
  execution_count: number;
  success_count: number;
  error_count: number;
  timeout_count: number;
  cancelled_count: number;
  in_progress: number;
  retry_count: number;
  total_duration: string;
  total_duration_seconds: number;
  average_duration: string;
  average_duration_seconds: number;
  min_duration: string;
  max_duration: string;
}

interface ToolDocument extends ExecutionDocument {
  tool_name: string;
  input_bytes: number;
  output_bytes: number;
}

interface AgentDocument extends ExecutionDocument {
  agent_id: string;
  agent_name: string;
  tool_metrics: Record<string, ToolDocument>;
}

/** The parts of the JSON document that tests read by name. */
export interface MetricsDocument {
  instance: Record<string, unknown>;
  system_metrics: Record<string, unknown>;
  agent_metrics: Record<string, AgentDocument>;
  tool_metrics: Record<string, ToolDocument>;
  cache_metrics: Record<string, { hits: number; misses: number; hit_rate: number }>;
}
