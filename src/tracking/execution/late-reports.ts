import { openAround } from './execution-lineage';
import type { LiveExecution } from './live-execution';

/** How long tokens are waited for that a call reports by a promise. SDKs settle it as the stream ends, or never. */
const REPORT_WITHIN_MS = 1_000;

/** Tokens that are reported a little later belong to this call, and to the agents that it is a part of. */
export function awaitReport(call: LiveExecution, report: Promise<void> | undefined): void {
  if (report === undefined) return;
  const waiting = [call, ...openAround<LiveExecution>(call)];
  for (const execution of waiting) execution.innerCalls.lateReports += 1;
  const arrived = (): void => {
    stopWaiting();
    call.addLateUsage();
    for (const execution of waiting.splice(0)) execution.reportArrived();
  };
  const stopWaiting = call.host.store.clock.after(REPORT_WITHIN_MS, arrived);
  void report.then(arrived);
}
