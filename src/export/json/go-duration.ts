import type { TextBuffer } from '../text/text-buffer';

const NS_PER_SECOND = 1e9;
const NS_PER_MINUTE = 60 * NS_PER_SECOND;

interface Unit {
  readonly text: string;
  /** To how many decimals whole nanoseconds are in it. */
  readonly decimals: number;
}

const SECONDS: Unit = { text: 's', decimals: 9 };
const MILLISECONDS: Unit = { text: 'ms', decimals: 6 };
const MICROSECONDS: Unit = { text: 'µs', decimals: 3 };
const NANOSECONDS: Unit = { text: 'ns', decimals: 0 };

/** A duration in the form of Go's `time.Duration`: `0s`, `500ms`, `1.5s`, `2m30s`, `1h0m5s`; cut to whole nanoseconds. */
export function formatGoDuration(milliseconds: number): string {
  const ns = wholeNanoseconds(milliseconds);
  const rest = ns % NS_PER_MINUTE;
  const unit = unitOf(ns);
  return `${minutesText(ns)}${formatDecimal(rest, unit.decimals)}${unit.text}`;
}

/** The same of whole nanoseconds. */
export function writeGoDuration(out: TextBuffer, ns: number): void {
  if (ns >= NS_PER_MINUTE) out.write(minutesText(ns));
  const unit = unitOf(ns);
  out.writeDecimal(ns % NS_PER_MINUTE, unit.decimals);
  out.write(unit.text);
}

/** Hours and minutes, which come before the rest; nothing below a minute. */
function minutesText(ns: number): string {
  if (ns < NS_PER_MINUTE) return '';
  const minutes = Math.floor(ns / NS_PER_MINUTE);
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}

/** The unit of the rest. */
function unitOf(ns: number): Unit {
  if (ns === 0 || ns >= NS_PER_SECOND) return SECONDS;
  if (ns >= 1e6) return MILLISECONDS;
  return ns >= 1e3 ? MICROSECONDS : NANOSECONDS;
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
