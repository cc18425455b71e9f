const NS_PER_SECOND = 1e9;

/** Units below a second: the name and how many nanoseconds it has. */
const SMALL_UNITS = [
  ['ms', 1e6],
  ['µs', 1e3],
] as const;

/**
 * A duration in the form of Go's `time.Duration`: `0s`, `500ms`, `1.5s`, `2m30s`, `1h0m5s`; cut to whole nanoseconds.
 */
export function formatGoDuration(milliseconds: number): string {
  const ns = wholeNanoseconds(milliseconds);
  if (ns === 0) return '0s';
  if (ns >= NS_PER_SECOND) return formatSeconds(ns);
  const [unit, size] = SMALL_UNITS.find(([, unitNs]) => ns >= unitNs) ?? ['ns', 1];
  return `${formatFraction(ns, size)}${unit}`;
}

function formatSeconds(ns: number): string {
  const wholeSeconds = Math.floor(ns / NS_PER_SECOND);
  const minutes = Math.floor(wholeSeconds / 60);
  const seconds = `${formatFraction(ns - minutes * 60 * NS_PER_SECOND, NS_PER_SECOND)}s`;
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** `ns` in units of `size`, with as many decimals as it has. */
function formatFraction(ns: number, size: number): string {
  const whole = Math.floor(ns / size);
  const rest = ns - whole * size;
  if (rest === 0) return String(whole);
  const digits = String(rest).padStart(Math.log10(size), '0').replace(/0+$/, '');
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
