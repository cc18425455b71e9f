import type { LiveExecution } from '../execution/live-execution';

/** Kept for the next promises; more than that many at a time get new ones. */
const MAX_IDLE = 256;

const idle: Settlement[] = [];

/**
 * What a tracked promise calls when it settles. A promise calls back once, on one of the two sides, so the pair of
 * callbacks can serve another promise after that: two closures a call are a quarter of all that tracking allocates.
 */
class Settlement {
  execution: LiveExecution | undefined = undefined;

  readonly fulfilled = (value: unknown): unknown => {
    const execution = this.release();
    return execution.tracking.follow(execution, value, 'awaited');
  };

  readonly rejected = (error: unknown): never => {
    this.release().failed(error);
    throw error;
  };

  private release(): LiveExecution {
    const execution = this.execution!;
    this.execution = undefined;
    if (idle.length < MAX_IDLE) idle.push(this);
    return execution;
  }
}

/** The promise that settles as this one does, once the execution has been told. */
export function settleWith(execution: LiveExecution, promise: Promise<unknown>): Promise<unknown> {
  const settlement = idle.pop() ?? new Settlement();
  settlement.execution = execution;
  return promise.then(settlement.fulfilled, settlement.rejected);
}
