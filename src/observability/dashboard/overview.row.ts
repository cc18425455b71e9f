import { alertNames } from '../rules/agent-rules';
import { errorBudget } from '../settings';
import { FAILED } from '../subject';
import type { DashboardQueries } from './dashboard-queries';
import type { RowBuilder } from './dashboard-row';
import type { PanelDescription } from './panel';
import { summaryTables } from './summary-tables';

export const overviewRow: RowBuilder = (queries, settings) => ({
  title: 'Overview',
  panels: [
    ...summaryTables(queries),
    stat({
      title: 'Requests a second',
      description: 'Outermost agent executions, whatever their outcome.',
      unit: 'ops',
      queries: [{ expr: queries.rate('requests_total', []), legend: 'requests' }],
    }),
    stat({
      title: 'Failed requests',
      description:
        'Share within the time shown that ended with an error or a timeout; red where it uses up the error budget of agents.',
      unit: 'percentunit',
      redFrom: errorBudget(settings.agentSlo),
      queries: [{ expr: failedRequests(queries), legend: 'failed' }],
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
      title: 'Cost',
      description: 'US dollars for model calls within the time shown, as far as prices are known.',
      unit: 'currencyUSD',
      queries: [{ expr: queries.growth('model_cost_usd_total', []), legend: 'cost' }],
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

/** Over the time shown: within a minute there may be one request, and the figure would flicker. */
function failedRequests(queries: DashboardQueries): string {
  return `${queries.growth('requests_total', [], FAILED)} / (${queries.growth('requests_total', [])} > 0)`;
}

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
    {
      title: 'Request durations as a heat map',
      description: 'How many requests took how long. Two bands are two kinds of requests, which a percentile hides.',
      type: 'heatmap',
      unit: 'ops',
      width: 24,
      queries: [{ expr: queries.rate('request_duration_seconds_bucket', ['le']), legend: '{{le}}' }],
    },
  ];
}

function stat(panel: Omit<PanelDescription, 'type'>): PanelDescription {
  return { ...panel, type: 'stat', width: 4 };
}

export function firingAlerts(names: readonly string[]): string {
  return `ALERTS{alertstate="firing", job=~"$job", alertname=~"${names.join('|')}"}`;
}
