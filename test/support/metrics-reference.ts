import { METRIC_FAMILIES, type FamilyDescription } from '../../src/export/families/metric-families';
import { WORKERS_FAMILY } from '../../src/export/families/workers-family';

const FAMILIES: readonly FamilyDescription[] = [...METRIC_FAMILIES, WORKERS_FAMILY];

/** What one may ask of each family, and the query that answers it. */
const QUERIES: Readonly<Record<string, readonly [question: string, query: string]>> = {
  requests_total: [
    'Share of requests that failed',
    'sum(rate(crew_requests_total{status=~"error|timeout"}[5m])) / sum(rate(crew_requests_total[5m]))',
  ],
  request_duration_seconds: [
    '95 % of requests are done within',
    'histogram_quantile(0.95, sum by (le) (rate(crew_request_duration_seconds_bucket[5m])))',
  ],
  requests_in_progress: ['Requests that run now', 'sum(crew_requests_in_progress)'],
  request_cost_usd: [
    '95 % of requests cost at most, in dollars',
    'histogram_quantile(0.95, sum by (le) (rate(crew_request_cost_usd_bucket[1h])))',
  ],
  '<by>_requests_total': [
    'Share of requests that failed, by tenant',
    'sum by (tenant) (rate(crew_tenant_requests_total{status=~"error|timeout"}[5m])) / sum by (tenant) (rate(crew_tenant_requests_total[5m]))',
  ],
  '<by>_tokens_total': [
    'Tenants with the most tokens of the last hour',
    'topk(10, sum by (tenant) (increase(crew_tenant_tokens_total[1h])))',
  ],
  '<by>_cost_usd_total': [
    'Dollars of the last day, by tenant',
    'sum by (tenant) (increase(crew_tenant_cost_usd_total[1d]))',
  ],
  agent_executions_total: [
    'Executions a second, by agent and outcome',
    'sum by (agent, status) (rate(crew_agent_executions_total[5m]))',
  ],
  agent_execution_duration_seconds: [
    'Average duration, by agent',
    'sum by (agent) (rate(crew_agent_execution_duration_seconds_sum[5m])) / sum by (agent) (rate(crew_agent_execution_duration_seconds_count[5m]))',
  ],
  agent_executions_in_progress: [
    'Executions that run now, by agent',
    'sum by (agent) (crew_agent_executions_in_progress)',
  ],
  agent_oldest_in_progress_seconds: [
    'Agents that hang: running for more than ten minutes',
    'max by (agent) (crew_agent_oldest_in_progress_seconds) > 600',
  ],
  agent_errors_total: [
    'The most frequent errors of the last hour',
    'topk(5, sum by (agent, error_type) (increase(crew_agent_errors_total[1h])))',
  ],
  agent_retries_total: [
    'Retries per execution, by agent',
    'sum by (agent) (rate(crew_agent_retries_total[5m])) / sum by (agent) (rate(crew_agent_executions_total[5m]))',
  ],
  agent_time_to_first_chunk_seconds: [
    '95 % of streams begin to answer within',
    'histogram_quantile(0.95, sum by (le, agent) (rate(crew_agent_time_to_first_chunk_seconds_bucket[5m])))',
  ],
  agent_tool_calls: [
    'Tool calls per execution, by agent',
    'sum by (agent) (rate(crew_agent_tool_calls_sum[5m])) / sum by (agent) (rate(crew_agent_tool_calls_count[5m]))',
  ],
  agent_model_calls: [
    'Agents that go in circles: 5 % of executions with more calls than',
    'histogram_quantile(0.95, sum by (le, agent) (rate(crew_agent_model_calls_bucket[1h])))',
  ],
  agent_paused_seconds: [
    'Half of those that wait for a human wait at most',
    'histogram_quantile(0.5, sum by (le, agent) (rate(crew_agent_paused_seconds_bucket[1d])))',
  ],
  agent_executions_paused: [
    'Executions that wait for a human now, by agent',
    'sum by (agent) (crew_agent_executions_paused)',
  ],
  tool_executions_total: [
    'Calls a second, by tool, over all agents',
    'sum by (tool) (rate(crew_tool_executions_total[5m]))',
  ],
  tool_execution_duration_seconds: [
    '95 % of calls are done within, by tool',
    'histogram_quantile(0.95, sum by (le, tool) (rate(crew_tool_execution_duration_seconds_bucket[5m])))',
  ],
  tool_executions_in_progress: ['Calls that run now, by tool', 'sum by (tool) (crew_tool_executions_in_progress)'],
  tool_errors_total: [
    'Errors of the last hour, by tool and type',
    'sum by (tool, error_type) (increase(crew_tool_errors_total[1h])) > 0',
  ],
  tool_retries_total: ['Retries of the last hour, by tool', 'sum by (tool) (increase(crew_tool_retries_total[1h]))'],
  tool_input_bytes_total: [
    'Bytes of input per call, by tool',
    'sum by (tool) (rate(crew_tool_input_bytes_total[5m])) / sum by (tool) (rate(crew_tool_executions_total[5m]))',
  ],
  tool_output_bytes_total: [
    'Tools with the most output in the last hour',
    'topk(5, sum by (tool) (increase(crew_tool_output_bytes_total[1h])))',
  ],
  limits_exceeded_total: [
    'Share of the executions of each agent that reach a limit',
    'sum by (agent) (rate(crew_limits_exceeded_total[1h])) / sum by (agent) (rate(crew_agent_executions_total[1h]))',
  ],
  tool_repeated_calls_total: [
    'Agents that go in circles: share of their tool calls that repeat one of the same execution',
    'sum by (agent) (rate(crew_tool_repeated_calls_total[1h])) / sum by (agent) (rate(crew_tool_executions_total[1h]))',
  ],
  model_calls_total: [
    'Calls a second, by model and outcome',
    'sum by (model, status) (rate(crew_model_calls_total[5m]))',
  ],
  model_call_duration_seconds: [
    '95 % of calls are done within, by model',
    'histogram_quantile(0.95, sum by (le, model) (rate(crew_model_call_duration_seconds_bucket[5m])))',
  ],
  model_time_to_first_token_seconds: [
    'Half of the streams have their first token within, by model',
    'histogram_quantile(0.5, sum by (le, model) (rate(crew_model_time_to_first_token_seconds_bucket[5m])))',
  ],
  model_calls_in_progress: ['Calls that run now, by model', 'sum by (model) (crew_model_calls_in_progress)'],
  model_errors_total: [
    'Calls of the last hour that a provider turned away, by model',
    'sum by (model, provider) (increase(crew_model_errors_total{http_status=~"429|529"}[1h]))',
  ],
  model_retries_total: [
    'Retries of the last hour, by model',
    'sum by (model) (increase(crew_model_retries_total[1h]))',
  ],
  model_calls_without_usage_total: [
    'Models whose tokens are not reported',
    'sum by (model) (increase(crew_model_calls_without_usage_total[1h])) > 0',
  ],
  model_tokens_total: [
    'Share of input that came from a cache, by model',
    'sum by (model) (rate(crew_model_tokens_total{type="cached_input"}[1h])) / sum by (model) (rate(crew_model_tokens_total{type=~".*input|cache_write"}[1h]))',
  ],
  model_cost_usd_total: [
    'Dollars of the last hour, by agent and model',
    'sum by (agent, model) (increase(crew_model_cost_usd_total[1h]))',
  ],
  model_unpriced_calls_total: [
    'Models that need a price',
    'sum by (model) (increase(crew_model_unpriced_calls_total[1h])) > 0',
  ],
  budget_spent_ratio: [
    'Budgets that are nearly spent: the process that has spent most, or with a store all together',
    'max by (budget) (crew_budget_spent_ratio) > 0.8',
  ],
  budget_exceeded_total: [
    'Model calls of the last hour that had no room, by budget',
    'sum by (budget) (increase(crew_budget_exceeded_total[1h]))',
  ],
  budget_store_faults_total: [
    'Model calls of the last hour that the store could not be asked about',
    'sum by (budget) (increase(crew_budget_store_faults_total[1h])) > 0',
  ],
  cache_hits_total: [
    'Hit rate, by cache',
    'sum by (cache) (rate(crew_cache_hits_total[5m])) / (sum by (cache) (rate(crew_cache_hits_total[5m])) + sum by (cache) (rate(crew_cache_misses_total[5m])))',
  ],
  cache_misses_total: ['Misses a second, by cache', 'sum by (cache) (rate(crew_cache_misses_total[5m]))'],
  memory_usage_bytes: ['Memory now, by instance', 'crew_memory_usage_bytes'],
  memory_usage_max_bytes: ['How far above it has been', 'crew_memory_usage_max_bytes - crew_memory_usage_bytes'],
  start_time_seconds: ['Instances that started in the last ten minutes', 'time() - crew_start_time_seconds < 600'],
  workers: ['Machines on which processes hang', 'crew_workers{state="silent"} > 0'],
  dropped_series_total: [
    'Families that need a higher "maxSeries"',
    'sum by (family) (increase(crew_dropped_series_total[1h])) > 0',
  ],
};

const GROUPS: readonly [title: string, names: RegExp][] = [
  ['Requests', /^request/],
  ['The breakdown', /^<by>_/],
  ['Agents', /^agent_/],
  ['Tools', /^tool_/],
  ['Models', /^model_/],
  ['Caches', /^cache_/],
  ['Limits and budgets', /^(?:limits|budget)_/],
  ['The process', /^(?:memory|start_time|workers)/],
  ['Overflow', /^dropped/],
];

const INTRODUCTION = `# Metrics

\`GET /metrics?format=prometheus\` answers with these families. \`crew\` is the option [\`prefix\`](options.md). A histogram has the
samples \`_bucket\` (with the label \`le\`), \`_sum\` and \`_count\`. Durations include every outcome.

- \`status\` is \`success\`, \`error\`, \`timeout\` or \`cancelled\`: [Outcomes](outcomes.md). A series has all four from 0.
- Agents with a constant name in their decorator exist from the start, and so do tools whose decorator also names the agent. Others
  appear with their first use, which \`rate\` and \`increase\` miss.
- A tool or a model outside any agent has \`agent=""\`.
- With the option [\`processes\`](several-processes.md) every sample but \`crew_workers\` also has the label \`worker\`.
- \`<by>\` is the name of your [breakdown](tenants.md), such as \`tenant\`. Without the option these families do not exist.
- The option [\`maxSeries\`](names-and-cardinality.md#the-limit) bounds the names that models invent: the rest is counted as \`__other__\`.

The JSON of \`GET /metrics\` has the same numbers: [a sample](metrics.sample.json).
`;

/** docs/metrics.md, made from the table of families. */
export function renderMetricsReference(): string {
  return [INTRODUCTION, ...GROUPS.map(([title, names]) => renderGroup(title, names))].join('\n');
}

/** Families that the page would leave out or whose query asks for another, and questions about families that there are not. */
export function findMismatches(): string[] {
  const names = FAMILIES.map(({ name }) => name);
  const isAskedFor = (name: string) => QUERIES[name]?.[1].includes(`crew_${name.replace('<by>', 'tenant')}`);
  const isInOneGroup = (name: string) => GROUPS.filter(([, group]) => group.test(name)).length === 1;
  return [
    ...names.filter((name) => !isAskedFor(name) || !isInOneGroup(name)),
    ...Object.keys(QUERIES).filter((name) => !names.includes(name)),
  ];
}

function renderGroup(title: string, names: RegExp): string {
  const families = FAMILIES.filter(({ name }) => names.test(name));
  const rows = families.map((family) => [
    code(`crew_${family.name}`),
    family.type,
    labelsOf(family),
    meaningOf(family),
  ]);
  const queries = families.map(({ name }) => QUERIES[name]).map((query) => query && `# ${query[0]}\n${query[1]}`);
  return [
    `## ${title}`,
    renderTable([['Family', 'Type', 'Labels', 'Meaning'], ...rows]),
    ['```promql', queries.join('\n\n'), '```\n'].join('\n'),
  ].join('\n\n');
}

function labelsOf({ labels, sampleLabel }: FamilyDescription): string {
  return [...labels, ...(sampleLabel === undefined ? [] : [sampleLabel])].map(code).join(', ');
}

function meaningOf({ help }: FamilyDescription): string {
  return help.replaceAll(/__other__|<by>/g, code);
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** Aligned as Prettier aligns tables. */
export function renderTable([head, ...rows]: string[][]): string {
  const widths = head!.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
