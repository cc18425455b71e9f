import { isFailure, nameOf } from '../data/executions.js';
import { trendsOf } from '../data/snapshot.js';
import { inWhich } from '../data/view-state.js';
import { formatCount, formatShare, formatTime } from '../parts/format.js';
import { requestsOf, say, windowStart } from './finding.js';

/** @import { Execution, ExecutionKind, Trend, TrendPoint } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Facts, Finding, Name } from './finding.js' */

const FAILING_RATE = 0.05;
/** Fewer calls are not judged: one failure in three may be chance. */
const MIN_CALLS = 10;
const MIN_FAILURES = 3;
/** The deepest first: an agent often fails because of a tool or a model. @type {readonly ExecutionKind[]} */
const KINDS = ['tool', 'model', 'agent'];

/**
 * @typedef {object} Failing
 * @property {{ kind: ExecutionKind, name: string }} subject
 * @property {number} failures in the window
 * @property {number} known of them in the history, which may not go back so far
 * @property {Episode} episode
 * @property {[type: string, count: number] | undefined} cause the most frequent type of error
 * @property {ReadonlySet<string>} outer keys of the names that have failed around it
 */

/** Tools, models and agents whose calls fail at 5 % or more. Agents that fail because of them are named with them. @param {Facts} facts @returns {Finding[]} */
export function failing({ snapshot }) {
  const failures = readFailures(snapshot);
  const all = KINDS.flatMap((kind) => failingOf(snapshot, kind, failures));
  // If each explains the other, as with agents that call each other, the first of them is reported.
  const isExplained = (/** @type {Failing} */ each, /** @type {number} */ place) =>
    all.some((other, at) => explains(other, each) && !(explains(each, other) && place < at));
  const causes = all.filter((each, place) => !isExplained(each, place));
  return causes.map((each) =>
    findingOf(
      each,
      all.filter((other) => explains(each, other)),
      snapshot,
    ),
  );
}

/** @param {Snapshot} snapshot @param {ExecutionKind} kind @param {ReadonlyMap<string, Failures>} failures @returns {Failing[]} */
function failingOf(snapshot, kind, failures) {
  return [...trendsOf(snapshot, kind)]
    .filter(([, trend]) => isFailing(trend))
    .map(([name, trend]) => ({
      subject: { kind, name },
      failures: Math.round(trend.error_rate * trend.count),
      known: failures.get(keyOf({ kind, name }))?.executions.length ?? 0,
      episode: episodeOf(trend.points, windowStart(snapshot), snapshot.trends.slot_seconds * 1_000),
      cause: mostFrequent(failures.get(keyOf({ kind, name }))?.executions ?? []),
      outer: failures.get(keyOf({ kind, name }))?.outer ?? new Set(),
    }));
}

/** @param {Trend} trend */
function isFailing({ count, error_rate }) {
  return error_rate >= FAILING_RATE && count >= MIN_CALLS && error_rate * count > MIN_FAILURES - 0.5;
}

/** Whether the inner one has failed inside the outer one, and both mostly fail with the same error. @param {Failing} inner @param {Failing} outer */
function explains({ cause, outer }, { subject, cause: outerCause }) {
  return cause !== undefined && cause[0] === outerCause?.[0] && outer.has(keyOf(subject));
}

/** @param {Failing} failing @param {readonly Failing[]} outer @param {Snapshot} snapshot @returns {Finding} */
function findingOf(failing, outer, { trends: { window } }) {
  const { subject, failures, episode } = failing;
  const { rate, from, to } = episode;
  const isOver = to !== undefined;
  const since = from === undefined ? `in the last ${window}` : `since ${formatTime(from)}`;
  const when = from !== undefined && isOver ? `from ${formatTime(from)} to ${formatTime(to)}` : since;
  return {
    id: `failing ${keyOf(subject)}`,
    tone: isOver ? 'warn' : 'bad',
    harm: failures,
    subject,
    sentence: say`${isOver ? 'failed' : 'fails'} ${formatShare(rate)} ${when}${causeText(failing)}${outerText(outer)}`,
    shows: subject.kind === 'model' ? { selected: subject } : requestsOf({ list: 'failed', ...inWhich(subject) }),
    at: subject.kind === 'model' ? 'details' : 'requests',
  };
}

/** The count is told only if the history has all failures. @param {Failing} failing @returns {readonly (string | Name)[]} */
function causeText({ cause, known, failures }) {
  if (cause === undefined) return [];
  const [type, count] = cause;
  return say` (${{ name: type }}${known < failures ? '' : ` ×${formatCount(count)}`})`;
}

/** @param {readonly Failing[]} outer @returns {readonly (string | Name)[]} */
function outerText([first, ...others]) {
  if (first === undefined) return [];
  const rest = others.length === 0 ? '' : ` and ${formatCount(others.length)} more`;
  return say`, and with it ${{ name: first.subject.name }}${rest}`;
}

/**
 * @typedef {object} Failures of one name in the window, as far as the history goes back
 * @property {Execution[]} executions
 * @property {Set<string>} outer the keys of the names that have failed around them
 */

/** By key. @param {Snapshot} snapshot @returns {Map<string, Failures>} */
function readFailures(snapshot) {
  const since = windowStart(snapshot);
  const failed = snapshot.executions.filter((each) => isFailure(each) && Date.parse(each.end_time) >= since);
  const byId = new Map(failed.map((each) => [each.id, each]));
  /** @type {Map<string, Failures>} */
  const failures = new Map();
  for (const execution of failed) {
    const key = keyOf({ kind: execution.kind, name: nameOf(execution) });
    const known = failures.get(key) ?? { executions: [], outer: new Set() };
    failures.set(key, known);
    known.executions.push(execution);
    for (const outer of failedAround(execution, byId)) {
      const outerKey = keyOf({ kind: outer.kind, name: nameOf(outer) });
      if (outerKey !== key) known.outer.add(outerKey);
    }
  }
  return failures;
}

/** @param {Execution} execution @param {ReadonlyMap<string, Execution>} byId @returns {Generator<Execution>} */
function* failedAround({ parent_id }, byId) {
  let outer = byId.get(parent_id ?? '');
  while (outer !== undefined) {
    yield outer;
    outer = byId.get(outer.parent_id ?? '');
  }
}

/** @param {{ kind: ExecutionKind, name: string }} subject */
function keyOf({ kind, name }) {
  return `${kind} ${name}`;
}

/** @param {readonly Execution[]} failures @returns {Failing['cause']} */
function mostFrequent(failures) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { error_type, status } of failures) {
    const type = error_type ?? status;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0];
}

/**
 * @typedef {object} Episode the time in which calls failed
 * @property {number} rate of the calls in it
 * @property {number | undefined} from milliseconds; undefined if they failed before the window, too
 * @property {number | undefined} to undefined if they still fail
 */

/**
 * The successive slots in which failures exceed the tolerated rate the most.
 *
 * @param {readonly TrendPoint[]} points oldest first
 * @param {number} start of the window, milliseconds
 * @param {number} slotMs
 * @returns {Episode}
 */
export function episodeOf(points, start, slotMs) {
  const { first, last } = worstStretch(points);
  const [from = start, to = start] = [points[first], points[last + 1]].map(
    (point) => point && Date.parse(point.start_time),
  );
  const after = points.slice(last + 1);
  const callsAfter = after.reduce((sum, { count }) => sum + count, 0);
  // The episode is over if enough calls have followed it, and few of them failed.
  if (callsAfter >= MIN_CALLS && rateOf(after) < FAILING_RATE)
    return { rate: rateOf(points.slice(first, last + 1)), from, to };
  // If it failed in the first slots, it may have failed before the window.
  const isOlder = from < start + 2 * slotMs;
  if (isOlder) return { rate: rateOf(points), from: undefined, to: undefined };
  return { rate: rateOf(points.slice(first)), from, to: undefined };
}

/** @param {readonly TrendPoint[]} points */
function worstStretch(points) {
  let best = { first: 0, last: points.length - 1, excess: -Infinity };
  let first = 0;
  let excess = 0;
  points.forEach(({ count, errors }, at) => {
    if (excess <= 0) [first, excess] = [at, 0];
    excess += errors - FAILING_RATE * count;
    if (excess > best.excess) best = { first, last: at, excess };
  });
  return best;
}

/** @param {readonly TrendPoint[]} points */
function rateOf(points) {
  const sum = points.reduce((all, { count, errors }) => ({ count: all.count + count, errors: all.errors + errors }), {
    count: 0,
    errors: 0,
  });
  return sum.count === 0 ? 0 : sum.errors / sum.count;
}
