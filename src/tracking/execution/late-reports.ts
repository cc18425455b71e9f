import type { Clock } from '../../collection/clock';
import { openAround, type Descendant } from './execution-lineage';

/** How long tokens are waited for that a call reports by a promise. SDKs settle it as the stream ends, or never. */
const REPORT_WITHIN_MS = 1_000;

/** An execution that may wait for tokens: of its own, or of a model call inside it. */
interface Waiting<Self> extends Descendant<Self> {
  readonly host: { readonly store: { readonly clock: Clock } };
  readonly innerCalls: { lateReports: number };
  addLateUsage(): void;
  reportArrived(): void;
}

/** Tokens that are reported a little later belong to this call, and to the agents that it is a part of. */
export function awaitReport<Call extends Waiting<Call>>(call: Call, report: Promise<void> | undefined): void {
  if (report === undefined) return;
  const waiting = [call, ...openAround<Call>(call)];
  for (const execution of waiting) execution.innerCalls.lateReports += 1;
  const arrived = (): void => {
    stopWaiting();
    call.addLateUsage();
    for (const execution of waiting.splice(0)) execution.reportArrived();
  };
  const stopWaiting = call.host.store.clock.after(REPORT_WITHIN_MS, arrived);
  void report.then(arrived);
}
