import { MODEL } from '../subject';
import type { DashboardQueries } from './dashboard-queries';
import { ratePanels, type RowBuilder } from './dashboard-row';

export const modelsRow: RowBuilder = (queries, { modelErrorRatio }) => ({
  title: 'Models, cost and caches',
  panels: [
    ...ratePanels(queries, MODEL, { what: 'Model calls', whose: 'models', failuresRedFrom: modelErrorRatio }),
    {
      title: 'Cost by agent',
      description: 'US dollars of the last hour, as far as prices are known.',
      type: 'timeseries',
      unit: 'currencyUSD',
      queries: [{ expr: queries.lastHour('model_cost_usd_total', ['agent']), legend: '{{agent}}' }],
    },
    {
      title: 'Cost by model',
      description: 'US dollars of the last hour, as far as prices are known.',
      type: 'timeseries',
      unit: 'currencyUSD',
      queries: [{ expr: queries.lastHour('model_cost_usd_total', ['model']), legend: '{{model}}' }],
    },
    {
      title: 'Calls without a price',
      description: 'Calls of the last hour that are missing in the cost. Each model here needs an entry in "pricing".',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: queries.lastHour('model_unpriced_calls_total', ['model']), legend: '{{model}}' }],
    },
    {
      title: 'Tokens a second',
      description: 'By type. The types add up to all tokens.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('model_tokens_total', ['type']), legend: '{{type}}' }],
    },
    {
      title: 'Time to the first token (95 %)',
      description: '95 % of the calls that stream have their first token within this time. Empty where none streams.',
      type: 'timeseries',
      unit: 's',
      queries: [
        {
          expr: queries.quantile(0.95, 'model_time_to_first_token_seconds', ['model']),
          legend: '{{model}}',
          exemplar: true,
        },
      ],
    },
    {
      title: 'Cache hits',
      description: 'Share of look-ups that hit, by cache; the unnamed one has no name.',
      type: 'timeseries',
      unit: 'percentunit',
      queries: [{ expr: hitRatio(queries), legend: '{{cache}}' }],
    },
  ],
});

function hitRatio(queries: DashboardQueries): string {
  const [hits, misses] = ['cache_hits_total', 'cache_misses_total'].map((counter) => queries.rate(counter, ['cache']));
  return `${hits} / (${hits} + ${misses} > 0)`;
}
