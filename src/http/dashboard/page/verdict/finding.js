import { slotTimes } from '../data/trend-slots.js';
import { ANY_REQUEST } from '../data/view-state.js';

/** @import { ExecutionKind } from '../data/documents' */
/** @import { Start } from '../data/instance-log.js' */
/** @import { Snapshot } from '../data/snapshot.js' */
/** @import { ViewState } from '../data/view-state.js' */

/**
 * @typedef {object} Facts the input of a rule
 * @property {Snapshot} snapshot
 * @property {readonly Start[]} starts of the processes that have answered
 *
 * @typedef {{ name: string }} Name a name, which may be any text
 *
 * @typedef {object} Finding
 * @property {string} id differs from those of other findings, and stays the same while the finding lasts
 * @property {'bad' | 'warn' | 'note'} tone a note is no fault
 * @property {number} harm among those of its rule: the highest comes first
 * @property {{ kind: ExecutionKind, name: string } | undefined} [subject] the name with which the sentence begins
 * @property {readonly (string | Name)[]} sentence
 * @property {Partial<ViewState>} shows the view that its link opens
 * @property {string} at the id of the part of the page in which it is shown
 *
 * @typedef {object} Rule
 * @property {string} id
 * @property {(facts: Facts) => Finding[]} of its findings; empty if all is well
 */

/** A sentence whose names stay names. @param {TemplateStringsArray} texts @param {(string | number | Name | readonly (string | Name)[])[]} parts @returns {(string | Name)[]} */
export function say(texts, ...parts) {
  return texts.flatMap((text, at) => {
    const part = parts[at] ?? '';
    return [text, ...(Array.isArray(part) ? part : [typeof part === 'number' ? String(part) : part])];
  });
}

/** A list of requests, without the filters that were set before. @param {Partial<ViewState>} which @returns {Partial<ViewState>} */
export function requestsOf(which) {
  return { ...ANY_REQUEST, filter: '', request: '', step: '', ...which };
}

/** The beginning of the window of the figures. @param {Snapshot} snapshot */
export function windowStart(snapshot) {
  return slotTimes(snapshot)[0] ?? snapshot.now;
}

/** Whether the history has all executions of the window: under load it goes back less far. @param {Snapshot} snapshot */
export function isWholeWindow(snapshot) {
  const { executions, agents, tools, models } = snapshot;
  const oldest = executions.at(-1);
  if (oldest !== undefined && Date.parse(oldest.end_time) < windowStart(snapshot)) return true;
  const all = [agents, tools, models].flatMap((each) => [...each.values()]);
  return executions.length >= all.reduce((sum, { execution_count }) => sum + execution_count, 0);
}
