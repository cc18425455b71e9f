import { SAMPLED_FLAG, type ActiveSpan } from '../executions/active-span';
import type { FinishedExecution } from '../executions/finished-execution';

/** One execution of those that were counted together, with the trace that shows it. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  /** What a histogram counts of it, in billionths. */
  readonly observed: number;
  /** When it ended, in milliseconds since 1970. */
  readonly time: number;
}

/** The newest exemplar of each count of a series, in the order of the counts. */
export type Exemplars = (Exemplar | undefined)[];

/**
 * Undefined outside a span, and within one that is not sampled, whose trace is not kept.
 *
 * @param observed what is counted, in billionths: all of its time, that to its first chunk, its cost
 */
export function exemplarOf(entry: FinishedExecution, observed = entry.durationNs): Exemplar | undefined {
  return entry.span === undefined ? undefined : exemplarIn(entry.span, observed, entry.endTime);
}

function exemplarIn({ traceId, spanId, traceFlags }: ActiveSpan, observed: number, time: number) {
  if ((traceFlags & SAMPLED_FLAG) === 0) return undefined;
  return { traceId, spanId, observed: observed || 0, time };
}

/** For two series that are added up: the newer of each pair. */
export function mergeExemplars(one: Exemplars | undefined, other: Exemplars | undefined): Exemplars | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const longer = one.length > other.length ? one : other;
  return Array.from(longer, (_, index) => newer(one[index], other[index]));
}

function newer(one: Exemplar | undefined, other: Exemplar | undefined): Exemplar | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.time > other.time ? one : other;
}
