import type { LiveExecution } from '../execution/live-execution';

/** The end of a result cannot be seen, so the call counts as it returns. */
export function warnUnseen({ host, kind, name }: LiveExecution): void {
  host.faults.warnOnce(
    'unseen',
    `The ${kind} ${JSON.stringify(name)} returned a result whose end cannot be seen; it counts when it is returned. ` +
      'The option "until" says what to wait for. Further ones are not logged.',
  );
}
