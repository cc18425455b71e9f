import { NO_BREAKDOWN } from '../settings';
import type { RowBuilder } from './dashboard-row';

const SHOWN = 10;

/** Tables, not graphs: over time the ten that lead would be others at each point. */
export const breakdownRow: RowBuilder = (queries, { breakdown: by }) => {
  if (by === NO_BREAKDOWN) return undefined;
  return {
    title: `By ${by}`,
    panels: [
      {
        title: `Cost by ${by}`,
        description: `US dollars within the time shown, as far as prices are known; the ${SHOWN} highest.`,
        type: 'table',
        unit: 'currencyUSD',
        queries: [{ expr: queries.top(SHOWN, '<by>_cost_usd_total', [by]), legend: '' }],
      },
      {
        title: `Tokens by ${by}`,
        description: `Tokens of all types within the time shown; the ${SHOWN} highest.`,
        type: 'table',
        unit: 'short',
        queries: [{ expr: queries.top(SHOWN, '<by>_tokens_total', [by]), legend: '' }],
      },
      {
        title: `Requests by ${by}`,
        description: `Finished requests within the time shown, whatever their outcome; the ${SHOWN} highest.`,
        type: 'table',
        unit: 'short',
        queries: [{ expr: queries.top(SHOWN, '<by>_requests_total', [by]), legend: '' }],
      },
    ],
  };
};
