import { html, nothing } from '../libraries/lit-html.js';
import { formatCost, formatCount, formatRate, formatSeconds, formatShare } from '../format.js';
import { severity } from './names.js';

/** @import { NameRow } from '../data/name-rows.js' */

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {string} hint
 * @property {(row: NameRow) => number | string} sortBy
 * @property {(row: NameRow) => unknown} cell
 * @property {(row: NameRow) => string} [look]
 */

/** @type {Column[]} */
const COLUMNS = [
  {
    id: 'calls',
    label: 'Calls',
    hint: 'since start',
    sortBy: ({ totals }) => totals.execution_count,
    cell: ({ totals }) => formatCount(totals.execution_count),
  },
  {
    id: 'rate',
    label: 'Rate',
    hint: 'per second, in the window',
    sortBy: ({ trend }) => trend?.rate_per_second ?? 0,
    cell: ({ trend }) => quiet(trend?.rate_per_second ?? 0, formatRate),
  },
  {
    id: 'errors',
    label: 'Errors',
    hint: 'failed or timed out, in the window',
    sortBy: ({ trend }) => trend?.error_rate ?? 0,
    cell: ({ trend }) => quiet(trend?.error_rate ?? 0, formatShare),
    look: ({ trend }) => `severity-${severity(trend?.error_rate ?? 0)}`,
  },
  {
    id: 'p95',
    label: 'p95',
    hint: 'of durations in the window; ▲ slower than in the window before',
    sortBy: ({ trend }) => trend?.p95_seconds ?? 0,
    cell: ({ trend }) => html`${slowMark(trend)}${quiet(trend?.p95_seconds ?? 0, formatSeconds)}`,
  },
  {
    id: 'running',
    label: 'Running',
    hint: 'in progress now',
    sortBy: ({ totals }) => totals.in_progress,
    cell: ({ totals }) => quiet(totals.in_progress, formatCount),
  },
];

/** @type {Column[]} */
const USAGE_COLUMNS = [
  {
    id: 'tokens',
    label: 'Tokens',
    hint: 'since start',
    sortBy: ({ tokens }) => tokens,
    cell: ({ tokens }) => quiet(tokens, formatCount),
  },
  {
    id: 'cost',
    label: 'Cost',
    hint: 'since start',
    sortBy: ({ costUsd }) => costUsd,
    cell: ({ costUsd }) => quiet(costUsd, formatCost),
  },
];

/** @type {Column[]} */
const REPEAT_COLUMNS = [
  {
    id: 'repeated',
    label: 'Repeated',
    hint: 'tool calls that the same agent execution had made before, since start; needs measureRepeats',
    sortBy: ({ repeats }) => repeats,
    cell: ({ repeats }) => quiet(repeats, formatCount),
  },
];

/** @type {Column[]} */
const RETRY_COLUMNS = [
  {
    id: 'retries',
    label: 'Retries',
    hint: 'since start',
    sortBy: ({ totals }) => totals.retry_count,
    cell: ({ totals }) => quiet(totals.retry_count, formatCount),
  },
];

/** @type {Column} */
export const NAME_COLUMN = {
  id: 'name',
  label: 'Name',
  hint: '',
  sortBy: ({ title }) => title.toLowerCase(),
  cell: () => nothing,
};

/** @type {Record<'agents' | 'tools', Column[]>} */
const LAST_COLUMNS = { agents: USAGE_COLUMNS, tools: RETRY_COLUMNS };

/** @param {'agents' | 'tools'} kind @param {readonly NameRow[]} rows @returns {Column[]} */
export function columnsOf(kind, rows) {
  return [...COLUMNS, ...(showsRepeats(rows) ? REPEAT_COLUMNS : []), ...LAST_COLUMNS[kind]];
}

/** Most applications do not look for them, and names need the room. @param {readonly NameRow[]} rows */
export function showsRepeats(rows) {
  return rows.some(({ repeats }) => repeats > 0);
}

/** Nothing much is said of zero. @param {number} value @param {(value: number) => string} format */
function quiet(value, format) {
  return value === 0 ? html`<span class="zero">0</span>` : format(value);
}

/** @param {NameRow['trend']} trend */
function slowMark(trend) {
  if (trend?.change !== 'up') return nothing;
  return html`<span class="slower" title="slower than in the window before"
    >▲<span class="unseen">slower</span></span
  > `;
}
