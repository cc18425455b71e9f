import { html, nothing } from '../libraries/lit-html.js';
import { countFigure, rateFigure, secondsFigure, shareFigure } from '../parts/figures.js';
import { severity } from '../parts/names.js';
import { figureColumn } from './column.js';

/** @import { TrendFigures } from '../data/documents' */
/** @import { Column } from './column.js' */
/** @import { Row } from './rows.js' */

const NO_CALLS = 'no calls in the window';

/** @type {Column} */
const CALLS = figureColumn({
  id: 'calls',
  label: 'Calls',
  scope: 'start',
  hint: 'finished since the start',
  list: 'recent',
  value: ({ totals }) => totals?.execution_count,
  format: countFigure,
});

/** @type {Column} */
const RATE = figureColumn({
  id: 'rate',
  label: 'Rate',
  scope: 'window',
  hint: 'calls per second',
  value: ({ trend }) => trend?.rate_per_second,
  format: rateFigure,
  why: () => NO_CALLS,
});

/** @type {Column} */
const ERRORS = figureColumn({
  id: 'errors',
  label: 'Errors',
  scope: 'window',
  hint: 'failed or timed out',
  list: 'failed',
  width: 66,
  rank: 'first',
  value: ({ trend }) => (trend?.count ? trend.error_rate : undefined),
  format: shareFigure,
  why: () => NO_CALLS,
  look: ({ trend }) => `severity-${severity(trend?.error_rate ?? 0)}`,
});

/** @param {'p50' | 'p95' | 'p99'} id @param {'first' | 'last'} rank */
function percentile(id, rank) {
  const key = /** @type {keyof TrendFigures} */ (`${id}_seconds`);
  return figureColumn({
    id,
    label: id,
    scope: 'window',
    hint: `${id.slice(1)} % took no longer${id === 'p95' ? '; ▲ slower than in the window before' : ''}`,
    rank,
    width: 74,
    ...(id === 'p95' ? { list: /** @type {const} */ ('slowest'), mark: slowMark } : {}),
    value: ({ trend }) => trend?.[key] || undefined,
    format: secondsFigure,
    why: ({ trend }) => (trend?.count ? 'not timed' : NO_CALLS),
  });
}

/** @param {Row} row */
function slowMark({ trend }) {
  if (trend?.change !== 'up') return nothing;
  return html`<span class="slower" title="slower than in the window before"
    >▲<span class="unseen">slower</span></span
  > `;
}

/** @type {Column} */
const RUNNING = figureColumn({
  id: 'running',
  label: 'Running',
  scope: 'now',
  hint: 'in progress',
  list: 'running',
  value: ({ totals }) => totals?.in_progress,
  format: countFigure,
});

/** @type {Column} */
const RETRIES = figureColumn({
  id: 'retries',
  label: 'Retries',
  scope: 'start',
  hint: 'further attempts after the first',
  rank: 'last',
  value: ({ totals }) => totals?.retry_count,
  format: countFigure,
});

/** @type {Column} */
const REPEATED = figureColumn({
  id: 'repeated',
  label: 'Repeated',
  scope: 'start',
  hint: 'tool calls that the same agent execution had made before; needs measureRepeats',
  width: 66,
  value: ({ repeats }) => repeats,
  format: countFigure,
});

/** The common columns of agents, tools and models. @type {readonly Column[]} */
export const EXECUTION_COLUMNS = [
  CALLS,
  RETRIES,
  RUNNING,
  RATE,
  ERRORS,
  percentile('p50', 'last'),
  percentile('p95', 'first'),
  percentile('p99', 'last'),
];

/** Only if there are repeated calls: most applications do not measure them, and other columns need the room. @param {readonly Row[]} rows @returns {readonly Column[]} */
export function repeatColumns(rows) {
  return rows.some(({ repeats = 0 }) => repeats > 0) ? [REPEATED] : [];
}
