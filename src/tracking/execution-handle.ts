import type { ExecutionKind, ExecutionStatus } from '../collection/executions/execution-status';

/**
 * A running execution, as the code inside it sees it.
 *
 * Nothing here throws, and nothing has an effect after the execution has ended.
 *
 * @example
 * const response = await fetch(url, { signal: currentExecution()?.signal });
 */
export interface ExecutionHandle {
  /** Unique across processes; the id of the history. */
  readonly id: string;
  /** What runs. */
  readonly kind: ExecutionKind;
  /** The agent's id, the tool's or the model's name. */
  readonly name: string;
  /** The execution in whose context this one began, while that runs. */
  readonly parent: ExecutionHandle | undefined;
  /**
   * Aborts at a limit, when the consumer of a stream stops, when the application closes, and with the execution around
   * this one.
   */
  readonly signal: AbortSignal;
  /** Runs `fn` in this execution's context and returns what it returns. */
  run<Result>(fn: () => Result): Result;
  /**
   * Counts an attempt that was retried. Call it from a retry library's hook.
   *
   * @example
   * await pRetry(fetchPage, { onFailedAttempt: () => currentExecution()?.recordRetry() });
   */
  recordRetry(): void;
  /**
   * Makes the outcome that of `error`, whatever is returned.
   *
   * @example
   * currentExecution()?.fail(new Error('The model refused'));
   */
  fail(error: unknown): void;
  /**
   * Keeps the execution open after its function has returned, until `done` is called; with an error it ends with that.
   * What is never done ends as cancelled with the application.
   *
   * @example
   * const done = currentExecution()?.defer();
   * queue.once('drained', () => done?.());
   */
  defer(): (error?: unknown) => void;
  /**
   * Stops the clock, for time that waits on a human, until `resume` is called. Pauses may overlap.
   *
   * @example
   * const resume = currentExecution()?.pause();
   * await approvalOfHuman();
   * resume?.();
   */
  pause(): () => void;
  /** Ends an execution that `ExecutionTracker.start` began. @default 'success' */
  end(status?: ExecutionStatus): void;
}
