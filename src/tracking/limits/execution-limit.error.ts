import type { LimitName } from './run-limit';

/** What a limit counts, as a message says it. */
const UNITS: Readonly<Record<LimitName, string>> = {
  toolCalls: 'tool calls',
  modelCalls: 'model calls',
  repeatedCalls: 'repeated calls',
  tokens: 'tokens',
  costUsd: 'US dollars',
};

/**
 * Thrown when a run has reached a limit of the option `limits`. The call has not begun.
 *
 * @example
 * catch (error) {
 *   if (error instanceof ExecutionLimitError) return 'I looked at enough. This is what I know so far: …';
 *   throw error;
 * }
 */
export class ExecutionLimitError extends Error {
  /** Identifies the error by its name. */
  override readonly name = 'ExecutionLimitError';

  /** As a limit makes it; for tests of code that handles it. */
  constructor(
    /** Whether the limit is that of the whole request or of one agent execution. */
    readonly kind: 'request' | 'agent',
    /** The id of the agent; of a request, its outermost one. */
    readonly executionName: string,
    /** The limit that was reached, as the option names it. */
    readonly limit: LimitName,
    /** How much of it the run may spend. */
    readonly allowed: number,
    /** How much of it the run had spent before this call, everything inside it included. */
    readonly spent: number,
  ) {
    super(
      `The ${kind} ${JSON.stringify(executionName)} has reached its limit of ${allowed} ${UNITS[limit]}: it has spent ${spent}.`,
    );
  }
}
