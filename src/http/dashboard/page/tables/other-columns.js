import { html, nothing } from '../libraries/lit-html.js';
import { shareOf } from '../data/executions.js';
import { costFigure, countFigure, shareFigure } from '../parts/figures.js';
import { formatMoment } from '../parts/format.js';
import { severity } from '../parts/names.js';
import { figureColumn } from './column.js';

/** @import { BudgetState, CacheMetrics } from '../data/documents' */
/** @import { Column } from './column.js' */
/** @import { Row } from './rows.js' */

/** @param {Row} row */
const lookups = ({ cache }) => (cache === undefined ? 0 : cache.hits + cache.misses);

/** @type {readonly Column[]} */
export const CACHE_COLUMNS = [
  figureColumn({
    id: 'lookups',
    label: 'Lookups',
    scope: 'start',
    hint: 'hits and misses',
    rank: 'first',
    value: lookups,
    format: countFigure,
  }),
  cacheCount('hits', 'Hits'),
  cacheCount('misses', 'Misses'),
  figureColumn({
    id: 'hit-rate',
    label: 'Hit rate',
    scope: 'start',
    hint: 'hits of all lookups',
    rank: 'first',
    value: (row) => (lookups(row) === 0 ? undefined : row.cache?.hit_rate),
    format: shareFigure,
    why: () => 'no lookups',
  }),
];

/** @param {keyof CacheMetrics & string} key @param {string} label */
function cacheCount(key, label) {
  return figureColumn({
    id: key,
    label,
    scope: 'start',
    hint: '',
    value: ({ cache }) => cache?.[key],
    format: countFigure,
  });
}

/** @type {readonly Column[]} */
export const BREAKDOWN_COLUMNS = [
  figureColumn({
    id: 'requests',
    label: 'Requests',
    scope: 'start',
    hint: 'finished',
    value: ({ requests }) => requests?.total_requests,
    format: countFigure,
  }),
  figureColumn({
    id: 'failed',
    label: 'Failed',
    scope: 'start',
    hint: 'with an error or a timeout',
    rank: 'first',
    value: ({ requests }) => requests?.failed_requests,
    format: countFigure,
  }),
  figureColumn({
    id: 'errors',
    label: 'Errors',
    scope: 'start',
    hint: 'failed of all requests',
    value: (row) => failedShare(row),
    format: shareFigure,
    why: () => 'no requests',
    look: (row) => `severity-${severity(failedShare(row) ?? 0)}`,
  }),
  figureColumn({
    id: 'cancelled',
    label: 'Cancelled',
    scope: 'start',
    hint: '',
    rank: 'last',
    value: ({ requests }) => requests?.cancelled_requests,
    format: countFigure,
  }),
];

/** @param {Row} row */
function failedShare({ requests }) {
  if (requests === undefined || requests.total_requests === 0) return undefined;
  return shareOf(requests.failed_requests, requests.total_requests);
}

/** From this share on, a budget is marked as nearly spent. */
const NEAR_LIMIT = 0.8;

/** @type {readonly Column[]} */
const BUDGET_COLUMNS = [
  budgetFigure('spent', 'Spent', 'spent_usd', costFigure, 'does not limit the cost'),
  budgetFigure('limit', 'Limit', 'limit_usd', costFigure, 'no such limit'),
  budgetFigure('spent-tokens', 'Tokens', 'spent_tokens', countFigure, 'does not limit tokens'),
  budgetFigure('limit-tokens', 'Token limit', 'limit_tokens', countFigure, 'no such limit'),
  {
    ...figureColumn({
      id: 'share',
      label: 'Share',
      scope: 'now',
      hint: 'spent of the limit',
      rank: 'first',
      value: ({ budget }) => budget?.spent_ratio ?? undefined,
      format: shareFigure,
      why: () => 'no limit',
      look: ({ budget }) => budgetLook(budget?.spent_ratio ?? 0),
    }),
  },
  {
    id: 'resets',
    label: 'Resets at',
    scope: 'now',
    hint: 'when it starts again from zero',
    rank: 'first',
    width: 110,
    sortBy: ({ budget }) => budget?.resets_at ?? undefined,
    cell: ({ budget }) =>
      budget === undefined
        ? nothing
        : html`<time datetime=${budget.resets_at}>${formatMoment(Date.parse(budget.resets_at))}</time>`,
  },
];

/** @param {number} ratio */
function budgetLook(ratio) {
  if (ratio >= 1) return 'severity-bad';
  return ratio >= NEAR_LIMIT ? 'severity-warn' : '';
}

/**
 * @param {string} id
 * @param {string} label
 * @param {'spent_usd' | 'limit_usd' | 'spent_tokens' | 'limit_tokens'} key
 * @param {(value: number) => string} format
 * @param {string} gap
 */
function budgetFigure(id, label, key, format, gap) {
  return figureColumn({
    id,
    label,
    scope: 'now',
    hint: 'of the present window of the budget',
    width: 76,
    value: ({ budget }) => /** @type {BudgetState | undefined} */ (budget)?.[key] ?? undefined,
    format,
    why: () => gap,
  });
}

/** The columns that have a value in some row. @param {readonly Row[]} rows */
export function budgetColumns(rows) {
  return BUDGET_COLUMNS.filter(({ sortBy }) => rows.some((row) => sortBy(row) !== undefined));
}
