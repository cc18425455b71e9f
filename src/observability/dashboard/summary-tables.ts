import { AGENT, FAILED, MODEL, TOOL, type Subject } from '../subject';
import type { DashboardQueries } from './dashboard-queries';
import type { PanelDescription, Query } from './panel';

const TITLES = { agent: 'Agents', tool: 'Tools', model: 'Models' } as const;

/** One line for each name, over the whole time that the dashboard shows; those that fail most come first. */
export function summaryTables(queries: DashboardQueries): PanelDescription[] {
  return [
    table(AGENT, 24, [
      ...basics(queries, AGENT),
      column('First chunk (95 %)', 's', queries.quantileOfRange('agent_time_to_first_chunk_seconds', AGENT.labels)),
      ...usage(queries, AGENT.labels),
    ]),
    table(TOOL, 12, basics(queries, TOOL)),
    table(MODEL, 12, [...basics(queries, MODEL), ...usage(queries, ['model'])]),
  ];
}

function table({ level }: Subject, width: number, columns: readonly Query[]): PanelDescription {
  return {
    title: TITLES[level],
    description: `Each ${level} within the time shown; those that fail most come first. Click a head to sort by it.`,
    type: 'table',
    unit: 'short',
    width,
    sortBy: 'Failed',
    queries: columns,
  };
}

function basics(queries: DashboardQueries, { executions, durations, labels }: Subject): Query[] {
  const calls = queries.growth(executions, labels);
  return [
    column('Calls', 'short', calls),
    column('Failed', 'percentunit', `${queries.growth(executions, labels, FAILED)} / (${calls} > 0)`),
    column('Duration (95 %)', 's', queries.quantileOfRange(durations, labels)),
  ];
}

function usage(queries: DashboardQueries, labels: readonly string[]): Query[] {
  return [
    column('Tokens', 'short', queries.growth('model_tokens_total', labels)),
    column('Cost', 'currencyUSD', queries.growth('model_cost_usd_total', labels)),
  ];
}

function column(head: string, unit: Query['unit'], expr: string): Query {
  return { expr, legend: '', column: head, unit };
}
