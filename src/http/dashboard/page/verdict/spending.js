import { nameOf } from '../data/executions.js';
import { grouped } from '../data/grouped.js';
import { inWhich } from '../data/view-state.js';
import { formatCost, formatCount, formatMoment, plural } from '../parts/format.js';
import { isWholeWindow, requestsOf, say, windowStart } from './finding.js';

/** @import { BudgetState, Execution } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Facts, Finding } from './finding.js' */

/** The error types with which a limit or a budget stops an agent. */
const STOPS = ['ExecutionLimitError', 'BudgetExceededError'];

/** Spent budgets. @param {Facts} facts @returns {Finding[]} */
export function spentBudgets({ snapshot: { document } }) {
  return (document.budgets ?? []).filter(({ spent_ratio }) => (spent_ratio ?? 0) >= 1).map(budgetFinding);
}

/** @param {BudgetState} budget @returns {Finding} */
function budgetFinding({ name, subject, spent_usd, limit_usd, spent_tokens, limit_tokens, spent_ratio, resets_at }) {
  const isCost = limit_usd !== null && (limit_tokens === null || (spent_usd ?? 0) / limit_usd === spent_ratio);
  const spent = isCost ? formatCost(spent_usd ?? 0) : formatCount(spent_tokens ?? 0);
  const limit = isCost ? formatCost(limit_usd) : `${formatCount(limit_tokens ?? 0)} tokens`;
  const whose = subject === null ? [] : say` of ${{ name: subject }}`;
  return {
    id: `budget ${name} ${subject ?? ''}`,
    tone: 'bad',
    harm: spent_ratio ?? 0,
    sentence: say`Budget ${{ name }}${whose} is spent: ${spent} of ${limit}, resets ${formatMoment(Date.parse(resets_at))}`,
    shows: { tab: 'budgets' },
    at: 'tables',
  };
}

/** Agents that limits or budgets have stopped within the window. @param {Facts} facts @returns {Finding[]} */
export function stoppedRuns({ snapshot }) {
  const since = windowStart(snapshot);
  const stopped = snapshot.executions.filter(
    ({ kind, error_type, end_time }) =>
      kind === 'agent' && STOPS.includes(error_type ?? '') && Date.parse(end_time) >= since,
  );
  return [...grouped(stopped, (run) => `${run.error_type} ${nameOf(run)}`)].map(([key, runs]) =>
    stoppedFinding(key, runs, snapshot),
  );
}

/** @param {string} key @param {readonly Execution[]} runs @param {Snapshot} snapshot @returns {Finding} */
function stoppedFinding(key, runs, snapshot) {
  const [run] = /** @type {[Execution]} */ (runs);
  /** @type {NonNullable<Finding['subject']>} */
  const subject = { kind: 'agent', name: nameOf(run) };
  const reason = run.error_type === 'BudgetExceededError' ? 'a budget' : 'a limit';
  const times = runs.length === 1 ? 'once' : `${formatCount(runs.length)} times`;
  const atLeast = isWholeWindow(snapshot) ? '' : 'at least ';
  return {
    id: `stopped ${key}`,
    tone: 'bad',
    harm: runs.length,
    subject,
    sentence: say`was stopped by ${reason} ${atLeast}${times} in the last ${snapshot.trends.window}`,
    shows: requestsOf({ list: 'failed', ...inWhich(subject), error: run.error_type ?? '' }),
    at: 'requests',
  };
}

/** Model calls without a price. @param {Facts} facts @returns {Finding[]} */
export function unpriced({ snapshot: { models } }) {
  return modelsWith(
    'unpriced',
    [...models].map(([name, { token_usage }]) => [name, token_usage.unpriced_calls]),
    'not priced (cost is incomplete)',
  );
}

/** Model calls without reported usage, except those that failed or were cancelled. @param {Facts} facts @returns {Finding[]} */
export function withoutUsage({ snapshot: { models } }) {
  return modelsWith(
    'without usage',
    [...models].map(([name, model]) => [
      name,
      model.calls_without_usage - model.error_count - model.timeout_count - model.cancelled_count,
    ]),
    'without usage (tokens and cost are incomplete)',
  );
}

/** @param {string} id @param {[model: string, calls: number][]} counts @param {string} text @returns {Finding[]} */
function modelsWith(id, counts, text) {
  const some = counts.filter(([, calls]) => calls > 0).sort(([, a], [, b]) => b - a);
  const [first] = some;
  if (first === undefined) return [];
  const calls = some.reduce((sum, [, each]) => sum + each, 0);
  const others = some.length === 1 ? '' : ` and ${formatCount(some.length - 1)} more`;
  /** @type {Finding['subject']} */
  const subject = { kind: 'model', name: first[0] };
  return [
    {
      id,
      tone: 'note',
      harm: calls,
      sentence: say`${plural(calls, 'call')} of ${{ name: first[0] }}${others} ${text}`,
      shows: some.length === 1 ? { selected: subject } : { tab: 'models' },
      at: some.length === 1 ? 'details' : 'tables',
    },
  ];
}
