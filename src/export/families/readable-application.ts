import { processWide } from '../../runtime/process-wide';
import type { MetricFamily } from './metric-families';
import type { ScrapeSource } from './scrape';

/** An application whose families can be read by anyone who holds one of its parts. */
export interface ReadableApplication {
  readonly source: ScrapeSource;
  /** Those that it exposes. */
  readonly families: readonly MetricFamily[];
  readonly defaultLabels: Readonly<Record<string, string>>;
  warnOnce(kind: string, message: string): void;
  /** Logs a fault, once for each place. */
  report(where: string, fault: unknown): void;
  /** When it has closed, in milliseconds since 1970. */
  closedAt?: number;
}

/** Reads an application once more after it has closed. */
export interface LastReader {
  /** Called when it has closed, and counted all that was left. */
  closed(application: ReadableApplication): void;
}

/** By their parts, weakly: a part that is kept keeps the application no longer than it does anyhow. */
const applications = processWide('readable', () => new WeakMap<object, ReadableApplication>());
const lastReaders = processWide('last readers', () => new Set<WeakRef<LastReader>>());

export function makeReadable(application: ReadableApplication, parts: readonly object[]): void {
  for (const part of parts) applications.set(part, application);
}

export function readableOf(part: object): ReadableApplication | undefined {
  return applications.get(part);
}

/**
 * Its numbers will not change any more: hands it to all who want to read it once more.
 *
 * @param forgotten the part of it that others keep for long, such as executions do, through which it is found no longer
 */
export function closeReadable(application: ReadableApplication, forgotten: object): void {
  applications.delete(forgotten);
  application.closedAt = application.source.store.clock.wallTime();
  for (const weakly of lastReaders) {
    const reader = weakly.deref();
    if (reader === undefined) lastReaders.delete(weakly);
    else reader.closed(application);
  }
}

/** Held weakly. */
export function addLastReader(reader: LastReader): void {
  lastReaders.add(new WeakRef(reader));
}
