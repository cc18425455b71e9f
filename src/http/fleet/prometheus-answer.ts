import { FleetFault } from './fleet-fault';

/** One series of an answer. */
export interface FleetSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** A value has one point, a course several. */
  readonly points: readonly FleetPoint[];
}

export interface FleetPoint {
  /** Seconds since 1970. */
  readonly time: number;
  /** null: there is no such number, as that of a share of nothing. */
  readonly value: number | null;
}

/**
 * Reads the answer of Prometheus to a query. Another server may have answered, so everything is checked.
 *
 * @throws FleetFault
 */
export function readAnswer(text: string): FleetSeries[] {
  const { status, error, data } = object(parse(text));
  if (status !== 'success') throw bad(`It says: ${String(error).slice(0, 200)}`);
  const { resultType, result } = object(data);
  if ((resultType !== 'vector' && resultType !== 'matrix') || !Array.isArray(result))
    throw bad('It is neither a vector nor a matrix.');
  return result.map(readSeries);
}

function readSeries(given: unknown): FleetSeries {
  const { metric, value, values } = object(given);
  const labels = object(metric);
  if (!Object.values(labels).every((label) => typeof label === 'string')) throw bad('A label is not a string.');
  const points = values ?? [value];
  if (!Array.isArray(points)) throw bad('A series has no values.');
  return { labels: labels as Record<string, string>, points: points.map(readPoint) };
}

function readPoint(given: unknown): FleetPoint {
  const [time, text] = Array.isArray(given) ? (given as unknown[]) : [];
  if (typeof time !== 'number' || typeof text !== 'string') throw bad('A value is not a pair of time and string.');
  const value = Number(text.replace('Inf', 'Infinity'));
  return { time, value: Number.isFinite(value) ? value : null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('It is not JSON.');
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw bad('It is not what Prometheus answers.');
  return value as Record<string, unknown>;
}

function bad(message: string): FleetFault {
  return new FleetFault('bad_answer', message);
}
