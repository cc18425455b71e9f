import { type FleetPromql, quantiles } from './fleet-promql';

/** One question to the server. */
interface FleetQuery {
  /** Of every instance, or of the one that was chosen. */
  readonly of: 'all' | 'chosen';
  /** As it is now, for each point of the range, or for many more points, few of which have a value. */
  readonly as: 'value' | 'course' | 'events';
  readonly write: (promql: FleetPromql) => string;
}

const SHARES = [0.5, 0.95, 0.99];

/** Everything that the server is ever asked, in the order in which it is asked. */
export const FLEET_QUERIES = {
  instances: {
    of: 'all',
    as: 'value',
    write: (promql) => `max by (instance) (last_over_time(${promql.start}[${promql.range}]))`,
  },
  running: { of: 'all', as: 'value', write: (promql) => `min by (instance) (${promql.start})` },
  targets: { of: 'all', as: 'value', write: (promql) => promql.targets },
  first_starts: {
    of: 'all',
    as: 'value',
    write: (promql) => `min by (instance, worker) (min_over_time(${promql.start}[${promql.range}]))`,
  },
  starts: { of: 'all', as: 'events', write: (promql) => promql.recentStart },
  requests: { of: 'all', as: 'value', write: (promql) => promql.growth('requests_total', ['instance', 'status']) },
  durations: {
    of: 'chosen',
    as: 'value',
    write: (promql) => quantiles(SHARES, (share) => promql.quantile(share, 'request_duration_seconds', [])),
  },
  request_course: { of: 'chosen', as: 'course', write: (promql) => promql.rate('requests_total', ['status']) },
  duration_course: {
    of: 'chosen',
    as: 'course',
    write: (promql) => quantiles(SHARES, (share) => promql.recentQuantile(share, 'request_duration_seconds')),
  },
  tokens: { of: 'chosen', as: 'value', write: (promql) => promql.growth('model_tokens_total', ['model', 'type']) },
  token_course: { of: 'chosen', as: 'course', write: (promql) => promql.rate('model_tokens_total', ['model']) },
  cost: { of: 'chosen', as: 'value', write: (promql) => promql.growth('model_cost_usd_total', ['agent']) },
  unpriced_calls: { of: 'chosen', as: 'value', write: (promql) => promql.growth('model_unpriced_calls_total', []) },
  cost_course: { of: 'chosen', as: 'course', write: (promql) => promql.rate('model_cost_usd_total', ['agent']) },
  in_progress: {
    of: 'all',
    as: 'value',
    write: (promql) => `sum by (instance) (${promql.select('requests_in_progress')})`,
  },
  memory: { of: 'all', as: 'value', write: (promql) => `sum by (instance) (${promql.select('memory_usage_bytes')})` },
  agents: {
    of: 'chosen',
    as: 'value',
    write: (promql) => promql.growth('agent_executions_total', ['agent', 'status']),
  },
  instance_p95: {
    of: 'all',
    as: 'value',
    write: (promql) => promql.quantile(0.95, 'request_duration_seconds', ['instance']),
  },
  agent_p95: {
    of: 'chosen',
    as: 'value',
    write: (promql) => promql.quantile(0.95, 'agent_execution_duration_seconds', ['agent']),
  },
} as const satisfies Readonly<Record<string, FleetQuery>>;

export type FleetQueryName = keyof typeof FLEET_QUERIES;

export const FLEET_QUERY_NAMES = Object.keys(FLEET_QUERIES) as FleetQueryName[];
