const whole = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumSignificantDigits: 4 });
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const brief = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' });
const fractions = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD', maximumSignificantDigits: 3 });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** In full up to six digits: users compare counts with other sources. @param {number} count */
export function formatCount(count) {
  return count < 1e6 ? whole.format(count) : compact.format(count);
}

/** @param {number} perSecond */
export function formatRate(perSecond) {
  return perSecond < 1 ? brief.format(perSecond) : short.format(perSecond);
}

/** A share from 0 to 1. @param {number} share */
export function formatShare(share) {
  return share > 0 && share < 0.001 ? `<${percent.format(0.001)}` : percent.format(share);
}

/** With the unit that leaves few digits. @param {number} seconds */
export function formatSeconds(seconds) {
  if (seconds === 0) return '0 s';
  if (seconds < 0.001) return `${short.format(seconds * 1e6)} µs`;
  if (seconds < 1) return `${short.format(seconds * 1e3)} ms`;
  if (seconds < 60) return `${short.format(seconds)} s`;
  return formatLong(Math.round(seconds));
}

/** @param {number} seconds whole */
function formatLong(seconds) {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} m` : `${minutes} m ${seconds % 60} s`;
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  const power = bytes < 1_024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${short.format(bytes / 1_024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}

/** @param {number} dollars */
export function formatCost(dollars) {
  return dollars === 0 || dollars >= 1 ? cents.format(dollars) : fractions.format(dollars);
}

/** The time of day. @param {number} time milliseconds since 1970 */
export function formatTime(time) {
  return clock.format(time);
}

/** With the day. @param {number} time milliseconds since 1970 */
export function formatMoment(time) {
  return moment.format(time);
}

/** @param {number} time milliseconds since 1970 */
export function formatDay(time) {
  return day.format(time);
}

/** The time of day, with the day if it is not today. @param {number} time milliseconds since 1970 @param {number} now */
export function timeText(time, now) {
  return formatDay(time) === formatDay(now) ? formatTime(time) : `${formatDay(time)}, ${formatTime(time)}`;
}

/** @param {number} count @param {string} word */
export function plural(count, word, many = `${word}s`) {
  return `${formatCount(count)} ${count === 1 ? word : many}`;
}
