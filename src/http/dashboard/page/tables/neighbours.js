import { html, nothing } from '../libraries/lit-html.js';
import { shareOf } from '../data/executions.js';
import { trendsOf } from '../data/snapshot.js';
import { nameHash } from '../data/view-state.js';
import { countFigure, secondsFigure, shareFigure } from '../parts/figures.js';
import { kindMark, severity } from '../parts/names.js';
import { shortName } from '../parts/short-name.js';

/** @import { Totals } from '../data/documents' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { Selection, ViewState } from '../data/view-state.js' */

/** @typedef {{ kind: Selection['kind'], name: string, calls: Totals | undefined }} Neighbour `calls`: between the two; undefined if unknown */

/** The callers of the selection, and the names that it calls. @param {Snapshot} snapshot @param {Selection} selected @param {ViewState} view */
export function neighbours(snapshot, { kind, name }, view) {
  const callers = callersOf(snapshot, kind, name);
  const called = kind === 'agent' ? calledBy(snapshot, name) : [];
  return html`${list('Called by', callers, snapshot, view)} ${list('Calls', called, snapshot, view)}`;
}

/** @param {Snapshot} snapshot @param {Selection['kind']} kind @param {string} name @returns {Neighbour[]} */
function callersOf({ agents, calls }, kind, name) {
  if (kind !== 'tool')
    return calls.callersOf(kind, name).map((agent) => ({ kind: 'agent', name: agent, calls: undefined }));
  return [...agents].flatMap(([agent, { tool_metrics }]) =>
    Object.hasOwn(tool_metrics, name) ? [{ kind: 'agent', name: agent, calls: tool_metrics[name] }] : [],
  );
}

/** @param {Snapshot} snapshot @param {string} name @returns {Neighbour[]} */
function calledBy({ agents, calls }, name) {
  const tools = Object.entries(agents.get(name)?.tool_metrics ?? {});
  return [
    ...[...calls.calledBy('agent', name)].map((agent) => ({
      kind: /** @type {const} */ ('agent'),
      name: agent,
      calls: undefined,
    })),
    ...tools.map(([tool, calls]) => ({ kind: /** @type {const} */ ('tool'), name: tool, calls })),
    ...[...calls.calledBy('model', name)].map((model) => ({
      kind: /** @type {const} */ ('model'),
      name: model,
      calls: undefined,
    })),
  ];
}

/** @param {string} title @param {readonly Neighbour[]} all @param {Snapshot} snapshot @param {ViewState} view */
function list(title, all, snapshot, view) {
  if (all.length === 0) return nothing;
  const ordered = all.toSorted(
    (a, b) => (b.calls?.execution_count ?? -1) - (a.calls?.execution_count ?? -1) || (a.name < b.name ? -1 : 1),
  );
  return html`<h3>${title}</h3>
    <ul class="list neighbours">
      ${ordered.map((neighbour) => neighbourView(neighbour, snapshot, view))}
    </ul>`;
}

/** With the figures of the calls between the two if they are known, else of all its calls in the window. @param {Neighbour} neighbour @param {Snapshot} snapshot @param {ViewState} view */
function neighbourView({ kind, name, calls }, snapshot, view) {
  return html`<li>
    ${kindMark(kind)}
    <a class="grow" href=${nameHash(view, { selected: undefined }, kind)(name)}>${shortName(name)}</a>
    ${calls === undefined ? windowFigures(snapshot, kind, name) : callFigures(calls)}
  </li>`;
}

/** @param {Totals} calls */
function callFigures({ execution_count, error_count, timeout_count, average_duration_seconds }) {
  const errorRate = shareOf(error_count + timeout_count, execution_count);
  return html`<span class="number">${countFigure(execution_count)} calls</span>
    <span class="number severity-${severity(errorRate)}">${execution_count === 0 ? '–' : shareFigure(errorRate)}</span>
    <span class="number">${execution_count === 0 ? '–' : html`⌀ ${secondsFigure(average_duration_seconds)}`}</span>`;
}

/** @param {Snapshot} snapshot @param {Selection['kind']} kind @param {string} name */
function windowFigures(snapshot, kind, name) {
  const { window } = snapshot.trends;
  const trend = trendsOf(snapshot, kind).get(name);
  if (!trend?.count) return html`<span class="note">idle, last ${window}</span>`;
  return html`<span class="number">${countFigure(trend.count)} in ${window}</span>
    <span class="number severity-${severity(trend.error_rate)}">${shareFigure(trend.error_rate)}</span>
    <span class="number">p95 ${secondsFigure(trend.p95_seconds)}</span>`;
}
