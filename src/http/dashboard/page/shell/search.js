import { isRequestId } from '../data/request-id.js';

/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */

/** The view that Enter opens: a request by its id, or the only matching name. @param {string} text @param {Snapshot | undefined} snapshot @returns {Partial<ViewState> | undefined} */
export function searchedFor(text, snapshot) {
  const wanted = text.trim();
  if (isRequestId(wanted)) return { request: wanted, step: '', filter: '' };
  const lower = wanted.toLowerCase();
  if (lower === '' || snapshot === undefined) return undefined;
  const names = namesOf(snapshot);
  const same = names.filter(({ name }) => name.toLowerCase() === lower);
  const found = same.length > 0 ? same : names.filter(({ name }) => name.toLowerCase().includes(lower));
  return found.length === 1 ? { selected: found[0] } : undefined;
}

/** @param {Snapshot} snapshot @returns {NonNullable<ViewState['selected']>[]} */
function namesOf({ agents, tools, models }) {
  /** @type {[NonNullable<ViewState['selected']>['kind'], ReadonlyMap<string, unknown>][]} */
  const all = [
    ['agent', agents],
    ['tool', tools],
    ['model', models],
  ];
  return all.flatMap(([kind, names]) => [...names.keys()].map((name) => ({ kind, name })));
}
