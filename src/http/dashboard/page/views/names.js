import { html } from '../libraries/lit-html.js';

/** @import { ExecutionKind, ExecutionStatus } from '../data/documents' */

/** A name is somebody else's text: it neither turns around what stands beside it nor widens its place. @param {string} name */
export function nameText(name) {
  return html`<bdi class="name" title=${name}>${name === '' ? '(no name)' : name}</bdi>`;
}

/** What kind of thing it is, as a mark with a word for those who do not see it. @param {ExecutionKind} kind */
export function kindMark(kind) {
  return html`<span class="kind kind-${kind}" title=${kind}><span class="unseen">${kind}</span></span>`;
}

const STATUS_SIGNS = { success: '✓', error: '✕', timeout: '⏱', cancelled: '–' };

/** @param {ExecutionStatus} status */
export function statusMark(status) {
  return html`<span class="status status-${status}" title=${status}
    ><span aria-hidden="true">${STATUS_SIGNS[status] ?? '?'}</span><span class="unseen">${status}</span></span
  >`;
}

/** From which share of failures on it looks bad, not only noticeable. */
const BAD_RATE = 0.05;

/** @param {number} errorRate @returns {'ok' | 'warn' | 'bad'} */
export function severity(errorRate) {
  if (errorRate === 0) return 'ok';
  return errorRate < BAD_RATE ? 'warn' : 'bad';
}
