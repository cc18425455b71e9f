import type { TextBuffer } from './text-buffer';

const NS_PER_SECOND = 1e9;

/** To how many decimals whole nanoseconds are in a unit. */
const SECONDS = { unit: 's', decimals: 9 };
const SMALLER_UNITS = [
  { unit: 'ms', decimals: 6 },
  { unit: 'µs', decimals: 3 },
  { unit: 'ns', decimals: 0 },
];

/** A duration in the form of Go's `time.Duration`: `0s`, `500ms`, `1.5s`, `2m30s`, `1h0m5s`; cut to whole nanoseconds. */
export function formatGoDuration(milliseconds: number): string {
  const ns = wholeNanoseconds(milliseconds);
  const { minutes, rest, unit, decimals } = partsOf(ns);
  return `${minutes}${formatDecimal(rest, decimals)}${unit}`;
}

/** The same of whole nanoseconds. */
export function writeGoDuration(out: TextBuffer, ns: number): void {
  const { minutes, rest, unit, decimals } = partsOf(ns);
  if (minutes !== '') out.write(minutes);
  out.writeDecimal(rest, decimals);
  out.write(unit);
}

/** Hours and minutes as text, and the rest in its unit. */
function partsOf(ns: number) {
  if (ns < 60 * NS_PER_SECOND) return { minutes: '', rest: ns, ...unitOf(ns) };
  const minutes = Math.floor(ns / NS_PER_SECOND / 60);
  const text = minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
  return { minutes: text, rest: ns - minutes * 60 * NS_PER_SECOND, ...SECONDS };
}

function unitOf(ns: number) {
  if (ns === 0 || ns >= NS_PER_SECOND) return SECONDS;
  return SMALLER_UNITS.find(({ decimals }) => ns >= 10 ** decimals) ?? SECONDS;
}

function formatDecimal(value: number, decimals: number): string {
  const unit = 10 ** decimals;
  const whole = Math.floor(value / unit);
  const rest = value - whole * unit;
  if (rest === 0) return String(whole);
  const digits = String(rest).padStart(decimals, '0').replace(/0+$/, '');
  return `${whole}.${digits}`;
}

/**
 * The same duration in seconds. From whole nanoseconds where it has them, so that it is the number that Prometheus sees
 * and not 0.006043644999999999.
 */
export function toSeconds(milliseconds: number): number {
  const ns = wholeNanoseconds(milliseconds);
  return Math.abs(ns - milliseconds * 1e6) < 1e-3 ? ns / NS_PER_SECOND : milliseconds / 1_000;
}

/** Cuts, but not what only floating point took away: 0.29 ms is 290,000 ns, though the product is a little less. */
function wholeNanoseconds(milliseconds: number): number {
  const ns = milliseconds * 1e6;
  const nearest = Math.round(ns);
  return Math.abs(ns - nearest) <= ns * Number.EPSILON * 2 ? nearest : Math.floor(ns);
}
