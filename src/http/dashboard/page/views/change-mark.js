import { html, nothing } from '../libraries/lit-html.js';
import { formatShare } from '../format.js';

/** @import { Trend, TrendFigures } from '../data/documents' */

/** With fewer in either window a difference says nothing. */
const MIN_COUNT = 10;
const LEAST = 0.01;
const MOST = 9.99;

/**
 * How far a figure has moved from the window before.
 *
 * @param {Trend} trend
 * @param {keyof TrendFigures} key
 * @param {'calm' | 'up-is-bad'} tone
 */
export function changeMark({ previous, ...current }, key, tone) {
  if (previous === null) return nothing;
  const isSaying = Math.min(previous.count, current.count) >= MIN_COUNT && previous[key] > 0;
  const share = isSaying ? current[key] / previous[key] - 1 : 0;
  if (Math.abs(share) < LEAST) return nothing;
  const isBad = tone === 'up-is-bad' && share > 0.1;
  const text = share > MOST ? `>${formatShare(MOST)}` : formatShare(Math.abs(share));
  return html`<span class="change ${isBad ? 'is-bad' : ''}" title="against the window before"
    >${share > 0 ? '▲' : '▼'} ${text}</span
  >`;
}
