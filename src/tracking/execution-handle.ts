import type { ModelCallRecord } from '../collection/executions/execution-records';
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
  /** Tokens, cost and calls so far, everything inside it included. */
  readonly spent: Spending;
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
   * Gives the execution the outcome of `error`, whatever its function returns. The first call counts.
   *
   * @example
   * currentExecution()?.fail(new Error('The model refused'));
   */
  fail(error: unknown): void;
  /**
   * Keeps the execution open after its function has returned, until `done` is called. `done(error)` ends it with that
   * error. If it is never called, the execution is cancelled when the application closes.
   *
   * @example
   * const done = currentExecution()?.defer();
   * queue.once('drained', () => done?.());
   */
  defer(): (error?: unknown) => void;
  /**
   * Stops the clock while the execution waits for a human, until `resume` is called. Pauses may overlap.
   *
   * @example
   * const resume = currentExecution()?.pause();
   * await approvalOfHuman();
   * resume?.();
   */
  pause(): () => void;
  /**
   * Reports the tokens of a model call; the last report before its end counts. Agents and tools have no tokens of
   * their own: a report there is dropped, with one log line.
   *
   * @example
   * currentExecution()?.usage({ inputTokens: 900, outputTokens: 120 });
   */
  usage(tokens: ModelUsage): void;
  /**
   * The first token, or the first chunk that counts, has come. Only the first time counts.
   *
   * @param time when it came; in the future is now. Now if left out
   */
  firstToken(time?: Date): void;
  /** Counts a chunk that was delivered; the first one is the first token, unless the option `firstToken` says otherwise. */
  chunk(value?: unknown): void;
  /**
   * Reports the returned value: counts its size with `measurePayloads`, and calls `classifyResult`. It does not end
   * the execution.
   */
  returned(value: unknown): void;
  /**
   * Renames a model call before its end, once the right name is known. Without a provider it has none.
   *
   * @example
   * call.rename({ name: response.model, provider: 'openai' });
   */
  rename(model: ModelName): void;
  /**
   * Ends an execution that `start` began. A status takes precedence over an earlier `fail`. `cancelled` and `timeout`
   * abort the signal. An error without a status is classified as a thrown one.
   *
   * @default 'success'
   *
   * @example
   * call.end({ error, endTime: new Date(span.endTimeMs) });
   */
  end(end?: ExecutionStatus | ExecutionEnd): void;
}

/** How an execution that `start` began ends. */
export interface ExecutionEnd {
  /** @default what the error means, else success */
  readonly status?: ExecutionStatus;
  /** What ended it: its class name or code is counted. */
  readonly error?: unknown;
  /** When it ended; in the future is now. @default now */
  readonly endTime?: Date;
}

/** What a model call is counted as. */
export interface ModelName {
  /** The label; not empty. */
  readonly name: string;
  /** Who serves the model, as a label. @default none */
  readonly provider?: string;
}

/** What an execution has used so far, everything inside it included. */
export interface Spending {
  /** Input and output tokens of the model calls that have ended, and its own if it is one. */
  readonly tokens: number;
  /** US dollars, as far as prices are known. */
  readonly costUsd: number;
  /** Tools that were called. */
  readonly toolCalls: number;
  /** Model calls that were begun. */
  readonly modelCalls: number;
}

/** Tokens of one model call, as its provider reports them. A count that is left out is 0. */
export type ModelUsage = Omit<
  ModelCallRecord,
  'model' | 'provider' | 'agentId' | 'status' | 'durationMs' | 'timeToFirstTokenMs' | 'errorType'
>;
