import { html, nothing } from '../libraries/lit-html.js';
import { formatShare } from './format.js';

/** @import { TrendFigures } from '../data/documents' */

/** With fewer executions in either window, a difference means nothing. */
const MIN_COUNT = 10;
const LEAST = 0.01;
const MOST = 9.99;

/**
 * The change of a figure from the window before.
 *
 * @template {TrendFigures} Figures
 * @param {Figures & { previous: Figures | null }} trend
 * @param {keyof Figures & string} key
 * @param {'calm' | 'up-is-bad'} tone
 */
export function changeMark({ previous, ...current }, key, tone) {
  if (previous === null) return nothing;
  const [before, now] = [Number(previous[key]), Number(Reflect.get(current, key))];
  const isSaying = Math.min(previous.count, current.count) >= MIN_COUNT && before > 0;
  const share = isSaying ? now / before - 1 : 0;
  if (Math.abs(share) < LEAST) return nothing;
  const isBad = tone === 'up-is-bad' && share > 0.1;
  const text = share > MOST ? `>${formatShare(MOST)}` : formatShare(Math.abs(share));
  return html`<span class="change ${isBad ? 'is-bad' : ''}" title="compared with the window before"
    >${share > 0 ? '▲' : '▼'} ${text}</span
  >`;
}
