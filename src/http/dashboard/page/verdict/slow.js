import { nameOf } from '../data/executions.js';
import { grouped } from '../data/grouped.js';
import { overdueText, usualOf } from '../data/overdue.js';
import { inWhich } from '../data/view-state.js';
import { formatSeconds, plural } from '../parts/format.js';
import { requestsOf, say } from './finding.js';

/** @import { RunningExecution, Trend } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Facts, Finding } from './finding.js' */

const TIMES_SLOWER = 2;
/** With fewer executions, a percentile is the longest of them. */
const MIN_COUNT = 20;
/** Users do not notice shorter durations. */
const MIN_SLOW_SECONDS = 0.1;

/** Agents, or all requests, whose p95 is at least twice that of the window before. @param {Facts} facts @returns {Finding[]} */
export function slower({ snapshot }) {
  const agents = [...snapshot.agentTrends]
    .filter(([, trend]) => isSlower(trend))
    .map(([name, trend]) => {
      /** @type {Finding['subject']} */
      const subject = { kind: 'agent', name };
      return slowerFinding(trend, subject, snapshot);
    });
  const { system } = snapshot.trends;
  // A slower agent explains slower requests.
  return agents.length === 0 && isSlower(system) ? [slowerFinding(system, undefined, snapshot)] : agents;
}

/** @param {Trend} trend */
function isSlower({ count, p95_seconds, previous }) {
  if (previous === null || Math.min(count, previous.count) < MIN_COUNT || previous.p95_seconds === 0) return false;
  return p95_seconds >= MIN_SLOW_SECONDS && p95_seconds >= previous.p95_seconds * TIMES_SLOWER;
}

/** @param {Trend} trend @param {Finding['subject']} subject @param {Snapshot} snapshot @returns {Finding} */
function slowerFinding({ p95_seconds, previous, count }, subject, { trends: { window } }) {
  const before = previous?.p95_seconds ?? 0;
  const times = (p95_seconds / before).toFixed(1);
  const text = `p95 ${formatSeconds(p95_seconds)}, ${times === '2.0' ? 'twice' : `${times} times`} the ${window} before (${formatSeconds(before)})`;
  return {
    id: `slower ${subject?.name ?? ''}`,
    tone: 'warn',
    harm: (p95_seconds - before) * count,
    subject,
    sentence: subject === undefined ? say`Requests have ${text}` : say`${text}`,
    shows: requestsOf({ list: 'slowest', ...(subject && inWhich(subject)) }),
    at: 'requests',
  };
}

/** Executions that run more than twice as long as usual. @param {Facts} facts @returns {Finding[]} */
export function stuck({ snapshot }) {
  const running = snapshot.running.filter((execution) => overdueText(execution, snapshot) !== undefined);
  // An execution that waits for another one does not hang itself.
  const waitsFor = new Set(running.map(({ parent_id }) => parent_id));
  const deepest = running.filter(({ id }) => !waitsFor.has(id));
  return [...grouped(deepest, (execution) => `${execution.kind} ${nameOf(execution)}`)].map(([key, all]) =>
    stuckFinding(key, all, snapshot),
  );
}

/** @param {string} key @param {readonly RunningExecution[]} all oldest first @param {Snapshot} snapshot @returns {Finding} */
function stuckFinding(key, all, snapshot) {
  const [oldest] = /** @type {[RunningExecution]} */ (all);
  const { kind, age_seconds, request_id } = oldest;
  const subject = { kind, name: nameOf(oldest) };
  const others = all.length === 1 ? '' : `, and ${plural(all.length - 1, 'other')} of it too`;
  const age = formatSeconds(Math.floor(age_seconds));
  const usual = usualOf(oldest, snapshot);
  const than = usual === undefined ? '' : `, over 2× its ${usual.of} (${formatSeconds(usual.seconds)})`;
  const shows = requestsOf({ list: 'running' });
  return {
    id: `stuck ${key}`,
    tone: 'bad',
    harm: all.length,
    subject,
    sentence: say`has run for ${age}${than}${others}`,
    shows: request_id === null ? { ...shows, selected: subject } : { ...shows, request: request_id },
    at: request_id === null ? 'requests' : 'request',
  };
}
