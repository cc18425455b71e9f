import { html } from '../libraries/lit-html.js';
import { EXECUTION_COLUMNS, repeatColumns } from './execution-columns.js';
import { BREAKDOWN_COLUMNS, budgetColumns, CACHE_COLUMNS } from './other-columns.js';
import { agentRows, breakdownRows, budgetRows, cacheRows, modelRows, toolRows } from './rows.js';
import { modelColumns, usageColumns } from './usage-columns.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Tab } from '../data/view-state.js' */
/** @import { Column } from './column.js' */
/** @import { Row } from './rows.js' */

/**
 * @typedef {object} TableTab
 * @property {Tab} id
 * @property {(snapshot: Snapshot) => unknown} label
 * @property {(snapshot: Snapshot) => Row[]} rows
 * @property {(snapshot: Snapshot) => number} count of them
 * @property {(rows: readonly Row[]) => readonly Column[]} columns beside the name
 * @property {unknown} empty the text if there are no rows
 * @property {boolean} [isOptional] hidden without rows
 * @property {boolean} [hasCourse] whether its rows have a trend
 * @property {boolean} [hasFailures]
 */

/** @type {readonly TableTab[]} */
export const TABLE_TABS = [
  {
    id: 'agents',
    label: () => 'Agents',
    rows: agentRows,
    count: ({ agents }) => agents.size,
    columns: (rows) => [...EXECUTION_COLUMNS, ...repeatColumns(rows), ...usageColumns(rows)],
    empty: html`No agents yet. <code>@TrackAgent</code> and <code>trackedAgent</code> count them.`,
    hasCourse: true,
    hasFailures: true,
  },
  {
    id: 'tools',
    label: () => 'Tools',
    rows: toolRows,
    count: ({ tools }) => tools.size,
    columns: (rows) => [...EXECUTION_COLUMNS, ...repeatColumns(rows)],
    empty: html`No tools yet. <code>@TrackTool</code> and <code>trackedTool</code> count them.`,
    hasCourse: true,
    hasFailures: true,
  },
  {
    id: 'models',
    label: () => 'Models',
    rows: modelRows,
    count: ({ models }) => models.size,
    columns: (rows) => [...EXECUTION_COLUMNS, ...usageColumns(rows), ...modelColumns(rows)],
    empty: html`No model calls yet. <code>trackedModel</code> and <code>recordModelCall</code> count them.`,
    hasCourse: true,
    hasFailures: true,
  },
  {
    id: 'caches',
    label: () => 'Caches',
    rows: cacheRows,
    count: ({ caches }) => caches.size,
    columns: () => CACHE_COLUMNS,
    empty: html`No cache lookups yet. <code>recordCacheHit</code> and <code>recordCacheMiss</code> count them.`,
  },
  {
    id: 'breakdown',
    label: ({ document }) => html`By <bdi>${document.breakdown?.by}</bdi>`,
    rows: breakdownRows,
    count: ({ document }) => Object.keys(document.breakdown?.values ?? {}).length,
    columns: (rows) => [...BREAKDOWN_COLUMNS, ...usageColumns(rows)],
    empty: 'No requests yet.',
    hasFailures: true,
  },
  {
    id: 'budgets',
    label: () => 'Budgets',
    rows: budgetRows,
    count: ({ document }) => document.budgets?.length ?? 0,
    columns: budgetColumns,
    empty: 'No budgets.',
    isOptional: true,
  },
];

/** The tabs that this application has. @param {Snapshot} snapshot */
export function tabsOf(snapshot) {
  return TABLE_TABS.filter(({ id, count, isOptional }) => {
    if (id === 'breakdown') return snapshot.document.breakdown !== undefined;
    return isOptional !== true || count(snapshot) > 0;
  });
}
