import { SAMPLED_FLAG, type ActiveSpan } from '../executions/active-span';
import type { FinishedExecution } from '../executions/finished-execution';

/** An execution that stands for those counted with it: it can be looked at by its trace. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly durationNs: number;
  /** When it ended, in milliseconds since 1970. */
  readonly time: number;
}

/** The newest exemplar of each count of a series, in the order of the counts. */
export type Exemplars = (Exemplar | undefined)[];

/**
 * Undefined outside a span, and within one that is not sampled: nobody could look at its trace.
 *
 * @param durationNs what is counted: all of its time, or that to its first chunk
 */
export function exemplarOf(entry: FinishedExecution, durationNs = entry.durationNs): Exemplar | undefined {
  return entry.span === undefined ? undefined : exemplarIn(entry.span, durationNs, entry.endTime);
}

function exemplarIn({ traceId, spanId, traceFlags }: ActiveSpan, durationNs: number, time: number) {
  if ((traceFlags & SAMPLED_FLAG) === 0) return undefined;
  return { traceId, spanId, durationNs: durationNs || 0, time };
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
