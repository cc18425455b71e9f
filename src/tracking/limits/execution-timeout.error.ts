import type { ExecutionKind } from '../../collection/executions/execution-status';

/**
 * Thrown when an execution reaches its time limit. Its `name` is `TimeoutError`, as that of rxjs and of
 * `AbortSignal.timeout`.
 *
 * @example
 * if (error instanceof ExecutionTimeoutError) logger.warn(`${error.executionName} took longer than ${error.limitMs} ms`);
 */
export class ExecutionTimeoutError extends Error {
  /** Identifies the timeout by its name, as `AbortSignal.timeout` does. */
  override readonly name = 'TimeoutError';

  /** As a limit makes it; for tests of code that handles it. */
  constructor(
    /** What took too long. */
    readonly kind: ExecutionKind,
    /** The agent's id or the tool's name. */
    readonly executionName: string,
    /** The limit that was reached, in milliseconds. */
    readonly limitMs: number,
    /** Whether it was the budget of all tools of the agent, not the execution's own limit. */
    readonly sequence: boolean,
  ) {
    const limit = sequence ? `the ${limitMs} ms that the agent's tools have together` : `${limitMs} ms`;
    super(`The ${kind} ${JSON.stringify(executionName)} took longer than ${limit}.`);
  }
}
