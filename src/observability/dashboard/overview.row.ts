import { alertNames } from '../rules/agent-rules';
import { errorBudget } from '../settings';
import type { DashboardQueries } from './dashboard-queries';
import type { RowBuilder } from './dashboard-row';
import type { PanelDescription } from './panel';

const REQUESTS = { executions: 'requests_total', labels: [] };

export const overviewRow: RowBuilder = (queries, settings) => ({
  title: 'Overview',
  panels: [
    stat({
      title: 'Requests a second',
      description: 'Outermost agent executions, whatever their outcome.',
      unit: 'ops',
      queries: [{ expr: queries.rate('requests_total', []), legend: 'requests' }],
    }),
    stat({
      title: 'Failed requests',
      description: 'Share that ended with an error or a timeout; red where it uses up the error budget of agents.',
      unit: 'percentunit',
      redFrom: errorBudget(settings.agentSlo),
      queries: [{ expr: queries.failureRatio(REQUESTS), legend: 'failed' }],
    }),
    stat({
      title: 'Request duration (95 %)',
      description: '95 % of requests are done within this time; red above the target of agents.',
      unit: 's',
      redFrom: settings.agentP95Seconds,
      queries: [{ expr: queries.quantile(0.95, 'request_duration_seconds'), legend: '95 %' }],
    }),
    stat({
      title: 'Requests in progress',
      description: 'Requests that run now, over all processes.',
      unit: 'short',
      queries: [{ expr: `sum(${queries.select('requests_in_progress')})`, legend: 'in progress' }],
    }),
    stat({
      title: 'Cost of the last hour',
      description: 'US dollars for model calls, as far as prices are known; red above the budget of an application.',
      unit: 'currencyUSD',
      redFrom: settings.hourlyBudgetUsd,
      queries: [{ expr: queries.lastHour('model_cost_usd_total', []), legend: 'cost' }],
    }),
    stat({
      title: 'Firing alerts',
      description: 'Alerts of these rules that fire now. The annotations show when they did.',
      unit: 'short',
      redFrom: 1,
      queries: [{ expr: `count(${firingAlerts(alertNames(settings))}) or vector(0)`, legend: 'firing' }],
    }),
    ...requestPanels(queries),
  ],
});

function requestPanels(queries: DashboardQueries): PanelDescription[] {
  const percentile = (share: number) => ({
    expr: queries.quantile(share, 'request_duration_seconds'),
    legend: `${share * 100} %`,
    exemplar: true,
  });
  return [
    {
      title: 'Requests by outcome',
      description: 'Requests a second that succeeded, failed, timed out or were cancelled.',
      type: 'timeseries',
      unit: 'ops',
      width: 12,
      queries: [{ expr: queries.rate('requests_total', ['status']), legend: '{{status}}' }],
    },
    {
      title: 'Request duration',
      description: 'Half, 95 % and 99 % of requests are done within these times. The points on it lead to traces.',
      type: 'timeseries',
      unit: 's',
      width: 12,
      queries: [percentile(0.5), percentile(0.95), percentile(0.99)],
    },
  ];
}

function stat(panel: Omit<PanelDescription, 'type'>): PanelDescription {
  return { ...panel, type: 'stat', width: 4 };
}

export function firingAlerts(names: readonly string[]): string {
  return `ALERTS{alertstate="firing", job=~"$job", alertname=~"${names.join('|')}"}`;
}
