import type { Outcome } from '../../collection/executions/finished-execution';
import { RunTotals } from '../../collection/executions/run-totals';

/** What runs inside an execution, and keeps it from being written down. */
export class InnerCalls extends RunTotals {
  /** How many reports of tokens are waited for, its own among them. */
  lateReports = 0;
  /** How many parts of the same call have yet to end. */
  openParts = 0;
  /** How the part that ended last failed; undefined where it succeeded. */
  failedPart: Outcome | undefined = undefined;
}
