import type { Execution } from '../executions/execution';
import type { HistoryFilter } from '../executions/execution-history';
import type { FinishedExecution } from '../executions/finished-execution';
import type { MetricsStore } from '../metrics-store';
import { toExecution, type ExecutionNames } from './execution.reader';

/**
 * Finished executions, newest first, to be read one by one while others end. They are found at once; what is written over
 * before it is read is left out, as if it had been found a little later.
 */
export function beginHistory(store: MetricsStore, filter: HistoryFilter): Iterable<Execution> {
  const found = store.ledger.history.find(filter);
  const serials = found.map(({ serial }) => serial);
  return readKept(found, serials, store);
}

function* readKept(
  found: readonly FinishedExecution[],
  serials: readonly number[],
  names: ExecutionNames,
): Generator<Execution> {
  for (const [index, entry] of found.entries()) {
    if (entry.serial === serials[index]) yield toExecution(entry, names);
  }
}
