import { html } from '../libraries/lit-html.js';
import { plural } from './format.js';

/** @import { ExecutionKind, ExecutionStatus, MetricsDocument } from '../data/documents' */

/**
 * The process that has answered, or the number of processes of the machine, without the host.
 *
 * @param {Pick<MetricsDocument, 'instance' | 'instances'>} document
 */
export function answererText({ instance, instances }) {
  return instances === undefined ? `pid ${instance.pid}` : plural(instances.length, 'process', 'processes');
}

/** A name may be any text: it must neither turn the text beside it around nor widen its place. @param {string} name */
export function nameText(name) {
  return html`<bdi class="name" title=${name}>${name === '' ? '(no name)' : name}</bdi>`;
}

/** The kind as a mark, with a word for screen readers. @param {ExecutionKind} kind */
export function kindMark(kind) {
  return html`<span class="kind kind-${kind}" title=${kind}><span class="unseen">${kind}</span></span>`;
}

/** Paths in a square of twelve: not every font has all signs. */
const STATUS_SIGNS = {
  success: 'M2 6.5 4.8 9.2 10 3',
  error: 'M3 3 9 9M9 3 3 9',
  timeout: 'M6 3.4V6.2L7.9 7.5M6 1.2A4.8 4.8 0 1 0 6 10.8A4.8 4.8 0 1 0 6 1.2',
  cancelled: 'M2.5 6H9.5',
  running: 'M4 2.6 9.4 6 4 9.4Z',
};

/** @param {ExecutionStatus | 'running'} status */
export function statusMark(status) {
  return html`<span class="status status-${status}" title=${status}
    ><svg viewBox="0 0 12 12" aria-hidden="true"><path d=${STATUS_SIGNS[status] ?? ''}></path></svg
    ><span class="unseen">${status}</span></span
  >`;
}

/** From this share of failures on, the severity is `bad`. */
const BAD_RATE = 0.05;

/** @param {number} errorRate @returns {'ok' | 'warn' | 'bad'} */
export function severity(errorRate) {
  // Rounded as it is shown: the same text has the same colour everywhere.
  const shown = Math.round(errorRate * 1_000) / 1_000;
  if (shown === 0) return 'ok';
  return shown < BAD_RATE ? 'warn' : 'bad';
}
