/** What has executions, failures and durations of its own to be recorded, shown and alerted about. */
export interface Subject {
  /** First part of the names of its recorded series, and first word of its families. */
  readonly level: 'agent' | 'tool' | 'model';
  /** Labels that tell one from another. */
  readonly labels: readonly string[];
  /** Counter of executions with the label `status`, without the prefix. */
  readonly executions: string;
  /** Histogram of seconds, without the prefix. */
  readonly durations: string;
}

export const AGENT: Subject = {
  level: 'agent',
  labels: ['agent'],
  executions: 'agent_executions_total',
  durations: 'agent_execution_duration_seconds',
};

/** Over all agents: a tool that fails does so for all of them. */
export const TOOL: Subject = {
  level: 'tool',
  labels: ['tool'],
  executions: 'tool_executions_total',
  durations: 'tool_execution_duration_seconds',
};

export const MODEL: Subject = {
  level: 'model',
  labels: ['model', 'provider'],
  executions: 'model_calls_total',
  durations: 'model_call_duration_seconds',
};

/**
 * Labels that tell one application from another wherever its processes run. Those that a Prometheus does not set do not
 * matter to it.
 */
export const APPLICATION_LABELS = ['cluster', 'namespace', 'job'] as const;

/** Failures as everywhere in this module: what was cancelled is none. */
export const FAILED = 'status=~"error|timeout"';

/** What a provider answers with that turns a call away: too many requests, overloaded. */
export const TURNED_AWAY = 'http_status=~"429|529"';

export function by(...labels: readonly string[]): string {
  return `by (${[...APPLICATION_LABELS, ...labels].join(', ')})`;
}
