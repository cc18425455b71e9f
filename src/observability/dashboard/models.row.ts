import { MODEL, TURNED_AWAY } from '../subject';
import { legendOf, type DashboardQueries } from './dashboard-queries';
import { ratePanels, type RowBuilder } from './dashboard-row';

const LEGEND = legendOf(MODEL.labels);

export const modelsRow: RowBuilder = (queries, { modelErrorRatio, modelRateLimitRatio, modelNoUsageRatio }) => ({
  title: 'Models, cost and caches',
  panels: [
    ...ratePanels(queries, MODEL, { what: 'Model calls', whose: 'models', failuresRedFrom: modelErrorRatio }),
    {
      title: 'Model calls in progress',
      description: 'Calls that run now, over all processes.',
      type: 'timeseries',
      unit: 'short',
      queries: [{ expr: `sum by (model) (${queries.select('model_calls_in_progress')})`, legend: '{{model}}' }],
    },
    {
      title: 'Calls turned away',
      description: 'Share of calls that a provider answered with 429 or 529: too many for it, or for your quota.',
      type: 'timeseries',
      unit: 'percentunit',
      redFrom: modelRateLimitRatio,
      queries: [
        { expr: shareOfCalls(queries, queries.rate('model_errors_total', MODEL.labels, TURNED_AWAY)), legend: LEGEND },
      ],
    },
    {
      title: 'Retries of models',
      description: 'Attempts within calls that were retried, a second.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('model_retries_total', ['model']), legend: '{{model}}' }],
    },
    {
      title: 'Errors of models',
      description: 'What failed within the time shown, by class name or code of the error and its HTTP status.',
      type: 'table',
      unit: 'short',
      width: 16,
      queries: [
        {
          expr: queries.growth('model_errors_total', [...MODEL.labels, 'error_type', 'http_status']),
          legend: '',
        },
      ],
    },
    {
      title: 'Calls without usage',
      description: 'Share of calls that ended without any report of tokens. Those that failed have none to report.',
      type: 'timeseries',
      unit: 'percentunit',
      redFrom: modelNoUsageRatio,
      queries: [
        {
          expr: shareOfCalls(queries, queries.rate('model_calls_without_usage_total', MODEL.labels)),
          legend: LEGEND,
        },
      ],
    },
    {
      title: 'Cost of a request',
      description:
        'Half, 95 % and 99 % of requests cost no more, everything inside included. The points lead to traces.',
      type: 'timeseries',
      unit: 'currencyUSD',
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: queries.quantile(share, 'request_cost_usd'),
        legend: `${share * 100} %`,
        exemplar: true,
      })),
    },
    {
      title: 'Average cost of a request',
      description: 'US dollars for each request, everything inside included; of those whose model calls have a price.',
      type: 'timeseries',
      unit: 'currencyUSD',
      queries: [{ expr: averageCost(queries), legend: 'average' }],
    },
    {
      title: 'Cost by agent',
      description: 'US dollars an hour, as far as prices are known. The tables above have them for the time shown.',
      type: 'timeseries',
      unit: 'currencyUSD',
      queries: [{ expr: `3600 * ${queries.rate('model_cost_usd_total', ['agent'])}`, legend: '{{agent}}' }],
    },
    {
      title: 'Tokens by agent',
      description: 'Tokens of all types, a second.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('model_tokens_total', ['agent']), legend: '{{agent}}' }],
    },
    {
      title: 'Cost by model',
      description: 'US dollars an hour, as far as prices are known. The tables above have them for the time shown.',
      type: 'timeseries',
      unit: 'currencyUSD',
      queries: [{ expr: `3600 * ${queries.rate('model_cost_usd_total', ['model'])}`, legend: '{{model}}' }],
    },
    {
      title: 'Tokens by model',
      description: 'Tokens of all types, a second.',
      type: 'timeseries',
      unit: 'ops',
      queries: [{ expr: queries.rate('model_tokens_total', ['model']), legend: '{{model}}' }],
    },
    {
      title: 'Budgets',
      description:
        'What is spent of each budget of the whole application in its present window. Empty where there is none.',
      type: 'timeseries',
      unit: 'percentunit',
      queries: [{ expr: `max by (budget) (${queries.select('budget_spent_ratio')})`, legend: '{{budget}}' }],
    },
    {
      title: 'Calls without room in a budget',
      description:
        'Calls of the last hour that a budget had no room for, and those that it could not be asked about, since its store ' +
        'gave no answer.',
      type: 'timeseries',
      unit: 'short',
      queries: [
        { expr: queries.lastHour('budget_exceeded_total', ['budget']), legend: '{{budget}}' },
        { expr: queries.lastHour('budget_store_faults_total', ['budget']), legend: '{{budget}}, store silent' },
      ],
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

/** No value where nothing ran. */
function shareOfCalls(queries: DashboardQueries, rate: string): string {
  return `${rate} / (${queries.rate(MODEL.executions, MODEL.labels)} > 0)`;
}

function hitRatio(queries: DashboardQueries): string {
  const [hits, misses] = ['cache_hits_total', 'cache_misses_total'].map((counter) => queries.rate(counter, ['cache']));
  return `${hits} / (${hits} + ${misses} > 0)`;
}

function averageCost(queries: DashboardQueries): string {
  return `${queries.rate('request_cost_usd_sum', [])} / (${queries.rate('request_cost_usd_count', [])} > 0)`;
}
