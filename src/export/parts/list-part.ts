import type { Execution, RunningExecution } from '../../collection/executions/execution';
import type { FinishedRequest, RunningRequest } from '../../collection/requests/request';
import { executionDocument } from '../json/execution.document';
import type { TextBuffer } from '../text/text-buffer';

type Listed = Execution | RunningExecution | FinishedRequest | RunningRequest;

/** What a list is sorted by, in descending order. */
export type SortKey = (item: Listed) => number;

export const byEnd: SortKey = (item) => ('endTime' in item ? item.endTime.getTime() : 0);
export const byStart: SortKey = ({ startTime }) => startTime.getTime();
export const byAge: SortKey = ({ startTime }) => -startTime.getTime();
export const byDuration: SortKey = (item) => ('durationMs' in item ? item.durationMs : 0);

const SEPARATOR = '\t';

/** A list of one process, line by line, each behind what it is sorted by. In steps. */
export function* listPartSteps(out: TextBuffer, items: Iterable<Listed>, keyOf: SortKey): Generator<void> {
  for (const item of items) {
    out.write(`${keyOf(item)}${SEPARATOR}${JSON.stringify(executionDocument(item))}\n`);
    out.handOver();
    yield;
  }
}

interface ListHead {
  readonly key: number;
  readonly document: string;
  readonly rest: Iterator<string>;
}

/** The lists of several processes, each sorted, as one. In steps. */
export function* mergedListSteps(
  out: TextBuffer,
  name: string,
  lists: readonly Iterable<string>[],
  limit: number,
): Generator<void> {
  out.write(`"${name}":`);
  const heads = lists.flatMap((lines) => readHead(lines[Symbol.iterator]()) ?? []);
  let written = 0;
  for (; heads.length > 0 && written < limit; written += 1) {
    const at = heads.reduce((best, { key }, index) => (key > heads[best]!.key ? index : best), 0);
    const { document, rest } = heads[at]!;
    out.write((written === 0 ? '[' : ',') + document);
    out.handOver();
    const next = readHead(rest);
    if (next === undefined) heads.splice(at, 1);
    else heads[at] = next;
    yield;
  }
  out.write(written === 0 ? '[]' : ']');
}

function readHead(rest: Iterator<string>): ListHead | undefined {
  const { value, done } = rest.next() as IteratorResult<string, undefined>;
  if (done) return undefined;
  const at = value.indexOf(SEPARATOR);
  return { key: Number(value.slice(0, at)), document: value.slice(at + 1), rest };
}
