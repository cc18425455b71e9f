import { html, nothing } from '../libraries/lit-html.js';

/** @import { TokenUsage } from '../data/documents' */

/*
 * Figures for columns: three significant digits, with their zeros, so that 4.00 s aligns with 4.04 s.
 */

const UNKNOWN = '–';

const whole = new Intl.NumberFormat();
const digits = new Intl.NumberFormat(undefined, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const millions = new Intl.NumberFormat(undefined, {
  notation: 'compact',
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});
const percent = new Intl.NumberFormat(undefined, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const currency = { style: /** @type {const} */ ('currency'), currency: 'USD' };
const cents = new Intl.NumberFormat(undefined, currency);
const fractions = new Intl.NumberFormat(undefined, {
  ...currency,
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});
const decimals = [3, 2, 1, 0].map(
  (count) => new Intl.NumberFormat(undefined, { minimumFractionDigits: count, maximumFractionDigits: count }),
);

/** In full below a million. @param {number} count */
export function countFigure(count) {
  return count < 1e6 ? whole.format(count) : millions.format(count);
}

/** @param {number} perSecond */
export function rateFigure(perSecond) {
  if (perSecond > 0 && perSecond < 0.0005) return '<0.001';
  const format = decimals[perSecond < 0.9995 ? 0 : perSecond < 9.995 ? 1 : perSecond < 99.95 ? 2 : 3];
  return format?.format(perSecond) ?? '';
}

/** @param {number} share from 0 to 1 */
export function shareFigure(share) {
  return percent.format(share);
}

/** @param {number} seconds */
export function secondsFigure(seconds) {
  if (seconds >= 59.95) return minutes(Math.round(seconds));
  if (seconds === 0) return '0 ms';
  if (seconds >= 0.9995) return `${digits.format(seconds)} s`;
  return seconds >= 0.0009995 ? `${digits.format(seconds * 1e3)} ms` : `${digits.format(seconds * 1e6)} µs`;
}

/** @param {number} seconds whole */
function minutes(seconds) {
  const [hours, rest] = [Math.floor(seconds / 3_600), seconds % 3_600];
  const pad = (/** @type {number} */ part) => String(part).padStart(2, '0');
  if (hours > 0) return `${hours} h ${pad(Math.floor(rest / 60))} m`;
  return `${Math.floor(rest / 60)} m ${pad(rest % 60)} s`;
}

/** @param {number} dollars */
export function costFigure(dollars) {
  return dollars === 0 || dollars >= 0.9995 ? cents.format(dollars) : fractions.format(dollars);
}

/** An unknown value is not shown as zero. The reason is its title, and text for screen readers. @param {string} reason */
export function unknownFigure(reason) {
  return html`<span class="unknown" title=${reason}>${UNKNOWN}<span class="unseen"> ${reason}</span></span>`;
}

/** Why a cost is unknown; undefined if a part of it is known. @param {TokenUsage} usage */
export function costGap({ calls, cost_usd, unpriced_calls }) {
  if (calls === 0) return 'no model calls';
  return cost_usd === 0 && unpriced_calls > 0 ? unpricedText(unpriced_calls) : undefined;
}

/** The number of calls that are missing in a cost. @param {TokenUsage} usage */
export function unpricedNote({ unpriced_calls }) {
  if (unpriced_calls === 0) return nothing;
  return html`<small title=${unpricedText(unpriced_calls)}> + ${countFigure(unpriced_calls)} unpriced</small>`;
}

/** @param {number} calls */
function unpricedText(calls) {
  return `${countFigure(calls)} ${calls === 1 ? 'call' : 'calls'} not priced (cost is incomplete)`;
}
