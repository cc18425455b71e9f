export interface TokenDocument {
  readonly calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly total_tokens: number;
  readonly cost_usd: number;
  readonly unpriced_calls: number;
}

interface ExecutionsDocument {
  readonly execution_count: number;
  readonly success_count: number;
  readonly error_count: number;
  readonly timeout_count: number;
  readonly cancelled_count: number;
  readonly in_progress: number;
  readonly retry_count: number;
  readonly total_duration_seconds: number;
  readonly average_duration_seconds: number;
  readonly min_duration_seconds: number;
  readonly max_duration_seconds: number;
}

export interface ToolDocument extends ExecutionsDocument {
  readonly tool_name: string;
  readonly input_bytes: number;
  readonly output_bytes: number;
}

export interface AgentDocument extends ExecutionsDocument {
  readonly agent_id: string;
  readonly agent_name: string;
  readonly token_usage: TokenDocument;
  readonly tool_metrics: Readonly<Record<string, ToolDocument>>;
}

export interface ModelDocument extends ExecutionsDocument {
  readonly model: string;
  readonly provider: string;
  readonly errors: Readonly<Record<string, number>>;
  readonly calls_without_usage: number;
  readonly token_usage: TokenDocument;
}

/** The numbers in the JSON document. */
export interface CollectedDocument {
  readonly system_metrics: {
    readonly last_updated: string | null;
    readonly total_requests: number;
    readonly successful_requests: number;
    readonly failed_requests: number;
    readonly cancelled_requests: number;
    readonly requests_in_progress: number;
    readonly total_execution_time_seconds: number;
    readonly average_request_time_seconds: number;
    readonly cache_hits: number;
    readonly cache_misses: number;
    readonly cache_hit_rate: number;
    readonly token_usage: TokenDocument;
  };
  readonly agent_metrics: Readonly<Record<string, AgentDocument>>;
  readonly tool_metrics: Readonly<Record<string, ToolDocument>>;
  readonly model_metrics: Readonly<Record<string, ModelDocument>>;
  readonly cache_metrics: Readonly<Record<string, { hits: number; misses: number; hit_rate: number }>>;
}

interface TrendFiguresDocument {
  readonly count: number;
  readonly rate_per_second: number;
  readonly error_rate: number;
  readonly average_seconds: number;
  readonly p50_seconds: number;
  readonly p95_seconds: number;
  readonly p99_seconds: number;
}

export interface TrendDocument extends TrendFiguresDocument {
  readonly previous: TrendFiguresDocument | null;
  readonly change: string;
  readonly points: readonly {
    readonly start_time: string;
    readonly count: number;
    readonly errors: number;
    readonly p95_seconds: number;
  }[];
}

export interface TrendsDocument {
  readonly window: string;
  readonly slot_seconds: number;
  readonly covered_seconds: number;
  readonly system: TrendDocument;
  readonly agents: Readonly<Record<string, TrendDocument>>;
  readonly tools: Readonly<Record<string, TrendDocument>>;
  readonly models: Readonly<Record<string, TrendDocument>>;
}
