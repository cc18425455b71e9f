import { html, nothing } from '../libraries/lit-html.js';
import { shareOf } from '../data/executions.js';
import { costFigure, costGap, countFigure, secondsFigure, unknownFigure, unpricedNote } from '../parts/figures.js';
import { figureColumn } from './column.js';

/** @import { Column } from './column.js' */
/** @import { Row } from './rows.js' */

const NO_MODEL_CALLS = 'no model calls';
const SHOWN_TYPES = 3;

/** @type {Column} */
const TOKENS = figureColumn({
  id: 'tokens',
  label: 'Tokens',
  scope: 'start',
  hint: 'input and output of model calls',
  width: 64,
  value: (row) => (usageGap(row) === undefined ? row.usage?.total_tokens : undefined),
  format: countFigure,
  why: (row) => usageGap(row) ?? NO_MODEL_CALLS,
});

/** Why the tokens are unknown; undefined if they are known. @param {Row} row */
function usageGap({ usage, model }) {
  if (usage === undefined || usage.calls === 0) return NO_MODEL_CALLS;
  const isSilent = model !== undefined && usage.total_tokens === 0 && model.calls_without_usage > 0;
  return isSilent ? 'no usage reported' : undefined;
}

/** @param {readonly Row[]} rows @returns {Column} */
function costColumn(rows) {
  const isPartly = rows.some(({ usage }) => usage !== undefined && usage.cost_usd > 0 && usage.unpriced_calls > 0);
  return {
    id: 'cost',
    label: 'Cost',
    scope: 'start',
    hint: 'US dollars of model calls whose price is known',
    width: isPartly ? 150 : 84,
    sortBy: ({ usage }) => (usage === undefined || costGap(usage) !== undefined ? undefined : usage.cost_usd),
    cell: ({ usage }) => {
      const gap = usage === undefined ? NO_MODEL_CALLS : costGap(usage);
      if (gap !== undefined || usage === undefined) return unknownFigure(gap ?? NO_MODEL_CALLS);
      return html`${costFigure(usage.cost_usd)}${unpricedNote(usage)}`;
    },
  };
}

/** @type {Column} */
const COST_PER_CALL = figureColumn({
  id: 'each',
  label: '$/call',
  scope: 'start',
  hint: 'cost divided by calls',
  width: 92,
  rank: 'last',
  value: ({ usage, totals, requests }) => {
    const calls = totals?.execution_count ?? requests?.total_requests ?? 0;
    if (usage === undefined || costGap(usage) !== undefined || usage.unpriced_calls > 0 || calls === 0)
      return undefined;
    return shareOf(usage.cost_usd, calls);
  },
  format: costFigure,
  why: ({ usage }) => (usage && usage.unpriced_calls > 0 ? 'cost is incomplete' : NO_MODEL_CALLS),
});

/** Tokens and cost. @param {readonly Row[]} rows @returns {readonly Column[]} */
export function usageColumns(rows) {
  return [TOKENS, costColumn(rows), COST_PER_CALL];
}

/** @param {'p50' | 'p95'} id @param {number} share */
function firstToken(id, share) {
  return figureColumn({
    id: `first-${id}`,
    label: id,
    scope: 'history',
    hint: 'until a streamed answer begins',
    width: 74,
    rank: 'last',
    value: ({ firstTokens = [] }) => firstTokens[Math.max(0, Math.ceil(firstTokens.length * share) - 1)],
    format: secondsFigure,
    why: () => 'no streamed call in the history',
  });
}

/** @type {Column} */
const NO_USAGE = figureColumn({
  id: 'no-usage',
  label: 'No usage',
  scope: 'start',
  hint: 'calls without reported tokens',
  width: 68,
  value: ({ model }) => model?.calls_without_usage,
  format: countFigure,
  look: ({ model }) => (model && model.calls_without_usage > 0 ? 'severity-warn' : ''),
});

/** @type {Column} */
const ERROR_TYPES = {
  id: 'types',
  label: 'Error types',
  scope: 'start',
  hint: 'most frequent first',
  width: 100,
  isText: true,
  sortBy: ({ model }) => Object.values(model?.errors ?? {}).reduce((sum, count) => sum + count, 0),
  cell: ({ model }) => errorTypes(model?.errors ?? {}),
};

/** @param {Readonly<Record<string, number>>} errors */
function errorTypes(errors) {
  const types = Object.entries(errors).sort(([, a], [, b]) => b - a);
  const told = types.slice(0, SHOWN_TYPES).map(([type, count]) => `${type} ${countFigure(count)}`);
  const others = types.length - told.length;
  const all = `${told.join(', ')}${others > 0 ? `, ${countFigure(others)} more` : ''}`;
  return all === '' ? nothing : html`<bdi class="error-types" title=${all}>${all}</bdi>`;
}

/** First tokens, and columns that most applications do not need. @param {readonly Row[]} rows @returns {readonly Column[]} */
export function modelColumns(rows) {
  const isSilent = rows.some(({ model }) => model !== undefined && model.calls_without_usage > 0);
  const hasErrors = rows.some(({ model }) => model !== undefined && Object.keys(model.errors).length > 0);
  return [
    firstToken('p50', 0.5),
    firstToken('p95', 0.95),
    ...(isSilent ? [NO_USAGE] : []),
    ...(hasErrors ? [ERROR_TYPES] : []),
  ];
}
