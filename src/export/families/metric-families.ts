import {
  agents,
  caches,
  calls,
  counted,
  dropped,
  durations,
  errors,
  histograms,
  inProgress,
  modelErrors,
  models,
  oldest,
  paused,
  perModel,
  repeats,
  requestCosts,
  requests,
  single,
  statuses,
  tokens,
  tools,
  type FamilyReader,
} from './family-readers';

export type FamilyType = 'counter' | 'gauge' | 'histogram';

/** What a family is, apart from its samples. */
export interface FamilyDescription {
  /** Without the prefix. */
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** Those of its series. */
  readonly labels: readonly string[];
  /** What tells the samples of one series apart, where it has several. */
  readonly sampleLabel?: string;
  /** How the values of several processes become one. @default 'sum' */
  readonly aggregator?: 'sum' | 'min' | 'max';
}

/** One row of the table below. */
export interface MetricFamily extends FamilyDescription {
  readonly read: FamilyReader;
}

/** Every family of this module, in the order in which it is exposed. The exposition, the bridge and the docs follow it. */
export const METRIC_FAMILIES: readonly MetricFamily[] = [
  {
    name: 'requests_total',
    type: 'counter',
    help: 'Finished requests: outermost agent executions.',
    labels: [],
    sampleLabel: 'status',
    read: statuses(requests),
  },
  {
    name: 'request_duration_seconds',
    type: 'histogram',
    help: 'Duration of requests, whatever their outcome.',
    labels: [],
    read: durations(requests),
  },
  {
    name: 'requests_in_progress',
    type: 'gauge',
    help: 'Requests that are running.',
    labels: [],
    read: inProgress(requests),
  },
  {
    name: 'request_cost_usd',
    type: 'histogram',
    help: 'Cost of requests in US dollars, everything inside included; of those whose model calls have a known price.',
    labels: [],
    read: requestCosts,
  },
  {
    name: 'agent_executions_total',
    type: 'counter',
    help: 'Finished agent executions.',
    labels: ['agent'],
    sampleLabel: 'status',
    read: statuses(agents),
  },
  {
    name: 'agent_execution_duration_seconds',
    type: 'histogram',
    help: 'Duration of agent executions, whatever their outcome.',
    labels: ['agent'],
    read: durations(agents),
  },
  {
    name: 'agent_executions_in_progress',
    type: 'gauge',
    help: 'Agent executions that are running.',
    labels: ['agent'],
    read: inProgress(agents),
  },
  {
    name: 'agent_oldest_in_progress_seconds',
    type: 'gauge',
    aggregator: 'max',
    help: 'Age of the oldest running execution of the agent, 0 when none runs.',
    labels: ['agent'],
    read: oldest,
  },
  {
    name: 'agent_errors_total',
    type: 'counter',
    help: 'Failed agent executions, timeouts included, by class name or code of the error.',
    labels: ['agent'],
    sampleLabel: 'error_type',
    read: errors(agents),
  },
  {
    name: 'agent_retries_total',
    type: 'counter',
    help: 'Attempts within agent executions that were retried.',
    labels: ['agent'],
    read: counted(agents, 'retries'),
  },
  {
    name: 'agent_time_to_first_chunk_seconds',
    type: 'histogram',
    help: 'Time to the first chunk of agent executions that stream.',
    labels: ['agent'],
    read: histograms(agents, ({ firstChunks }) => firstChunks),
  },
  {
    name: 'agent_tool_calls',
    type: 'histogram',
    help: 'Tool calls of one agent execution, without those of agents inside it.',
    labels: ['agent'],
    read: calls(({ toolCalls }) => toolCalls),
  },
  {
    name: 'agent_model_calls',
    type: 'histogram',
    help: 'Model calls of one agent execution, without those of agents inside it.',
    labels: ['agent'],
    read: calls(({ modelCalls }) => modelCalls),
  },
  {
    name: 'agent_paused_seconds',
    type: 'histogram',
    help: 'How long agent executions have waited for a human, of those that have paused.',
    labels: ['agent'],
    read: histograms(agents, ({ pauses }) => pauses),
  },
  {
    name: 'agent_executions_paused',
    type: 'gauge',
    help: 'Agent executions that wait for a human.',
    labels: ['agent'],
    read: paused,
  },
  {
    name: 'tool_executions_total',
    type: 'counter',
    help: 'Finished tool executions; the agent is empty for those outside any.',
    labels: ['agent', 'tool'],
    sampleLabel: 'status',
    read: statuses(tools),
  },
  {
    name: 'tool_execution_duration_seconds',
    type: 'histogram',
    help: 'Duration of tool executions, whatever their outcome.',
    labels: ['agent', 'tool'],
    read: durations(tools),
  },
  {
    name: 'tool_executions_in_progress',
    type: 'gauge',
    help: 'Tool executions that are running.',
    labels: ['agent', 'tool'],
    read: inProgress(tools),
  },
  {
    name: 'tool_errors_total',
    type: 'counter',
    help: 'Failed tool executions, timeouts included, by class name or code of the error.',
    labels: ['agent', 'tool'],
    sampleLabel: 'error_type',
    read: errors(tools),
  },
  {
    name: 'tool_retries_total',
    type: 'counter',
    help: 'Attempts within tool executions that were retried.',
    labels: ['agent', 'tool'],
    read: counted(tools, 'retries'),
  },
  {
    name: 'tool_input_bytes_total',
    type: 'counter',
    help: 'Size of the input of tools, as far as it was measured.',
    labels: ['agent', 'tool'],
    read: counted(tools, 'inputBytes'),
  },
  {
    name: 'tool_output_bytes_total',
    type: 'counter',
    help: 'Size of the output of tools, as far as it was measured.',
    labels: ['agent', 'tool'],
    read: counted(tools, 'outputBytes'),
  },
  {
    name: 'tool_repeated_calls_total',
    type: 'counter',
    help: 'Tool calls that the same agent execution had made before, with equal arguments; needs measureRepeats.',
    labels: ['agent', 'tool'],
    read: repeats,
  },
  {
    name: 'model_calls_total',
    type: 'counter',
    help: 'Finished model calls; the agent is empty for those outside any, the provider where nobody named it.',
    labels: ['agent', 'model', 'provider'],
    sampleLabel: 'status',
    read: statuses(models('agentId', 'model', 'provider')),
  },
  {
    name: 'model_call_duration_seconds',
    type: 'histogram',
    help: 'Duration of model calls, whatever their outcome.',
    labels: ['model', 'provider'],
    read: durations(models('model', 'provider')),
  },
  {
    name: 'model_time_to_first_token_seconds',
    type: 'histogram',
    help: 'Time to the first token of model calls that stream.',
    labels: ['model', 'provider'],
    read: histograms(models('model', 'provider'), ({ firstTokens }) => firstTokens),
  },
  {
    name: 'model_calls_in_progress',
    type: 'gauge',
    help: 'Model calls that are running.',
    labels: ['model', 'provider'],
    read: inProgress(models('model', 'provider')),
  },
  {
    name: 'model_errors_total',
    type: 'counter',
    help: 'Failed model calls, timeouts included, by class name or code of the error and its HTTP status, if it has one.',
    labels: ['model', 'provider', 'error_type'],
    sampleLabel: 'http_status',
    read: modelErrors,
  },
  {
    name: 'model_retries_total',
    type: 'counter',
    help: 'Attempts within model calls that were retried.',
    labels: ['model', 'provider'],
    read: counted(models('model', 'provider'), 'retries'),
  },
  {
    name: 'model_calls_without_usage_total',
    type: 'counter',
    help: 'Tracked model calls that ended, however, without any report of tokens.',
    labels: ['model', 'provider'],
    read: perModel(models('model', 'provider'), (model) => model.tokens.callsWithoutUsage),
  },
  {
    name: 'model_tokens_total',
    type: 'counter',
    help: 'Tokens of model calls. The types partition them: input without the cached, output without reasoning.',
    labels: ['agent', 'model'],
    sampleLabel: 'type',
    read: tokens,
  },
  {
    name: 'model_cost_usd_total',
    type: 'counter',
    help: 'Cost of model calls in US dollars, as far as their price is known.',
    labels: ['agent', 'model'],
    read: perModel(models('agentId', 'model'), (model) => model.tokens.costUsd),
  },
  {
    name: 'model_unpriced_calls_total',
    type: 'counter',
    help: 'Model calls whose price is not known.',
    labels: ['model'],
    read: perModel(models('model'), (model) => model.tokens.unpricedCalls),
  },
  {
    name: 'cache_hits_total',
    type: 'counter',
    help: "Hits of the application's caches; the unnamed one has no label.",
    labels: ['cache'],
    read: caches(({ hits }) => hits),
  },
  {
    name: 'cache_misses_total',
    type: 'counter',
    help: "Misses of the application's caches; the unnamed one has no label.",
    labels: ['cache'],
    read: caches(({ misses }) => misses),
  },
  {
    name: 'memory_usage_bytes',
    type: 'gauge',
    help: 'Resident memory of the process.',
    labels: [],
    read: single(({ memory }) => memory.bytes),
  },
  {
    name: 'memory_usage_max_bytes',
    type: 'gauge',
    aggregator: 'max',
    help: 'Highest resident memory of the process since the start or the last reset.',
    labels: [],
    read: single(({ memory }) => memory.maxBytes),
  },
  {
    name: 'start_time_seconds',
    type: 'gauge',
    aggregator: 'min',
    help: 'When counting began, in seconds since 1970.',
    labels: [],
    read: single(({ ledger }) => ledger.startTime / 1_000),
  },
  {
    name: 'dropped_series_total',
    type: 'counter',
    help: 'Executions counted under __other__ because the limit of series was reached, by family.',
    labels: [],
    sampleLabel: 'family',
    read: dropped,
  },
];
