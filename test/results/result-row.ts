import type { ExecutionStatus } from '../../src';
import type { Ending } from '../support/live-application';
import type { ManualClock } from '../../src/testing';

/** A method's body, and what its caller does with what it returns. */
export interface Scenario<Result> {
  readonly body: () => Result;
  /** Returns what the caller saw, which must be the same whether the method is tracked or not. */
  readonly use: (call: () => Result) => unknown;
}

/** One case of a mechanism. */
export interface ResultRow {
  readonly name: string;
  readonly create: (clock: ManualClock) => Scenario<unknown>;
  /** The executions that have ended when the caller is done, in that order. */
  readonly expected: readonly Ending[];
  /** Executions that are still in progress then. */
  readonly running: number;
  /** Says nothing of a promise of the same result. */
  readonly returnedOnly: boolean;
  /** Cannot be told without an async context. */
  readonly contextOnly: boolean;
}

/** A kind of result. */
export interface Mechanism {
  readonly name: string;
  /** Whether the caller gets the very object that the method returned. */
  readonly identity: 'kept' | 'replaced';
  readonly rows: readonly ResultRow[];
}

/** Types a scenario by what its body returns. */
export function scenario<Result>(definition: Scenario<Result>): Scenario<Result> {
  return definition;
}

type RowOptions = Partial<Pick<ResultRow, 'running' | 'returnedOnly' | 'contextOnly'>>;

export function row<Result>(
  name: string,
  create: (clock: ManualClock) => Scenario<Result>,
  expected: readonly Ending[],
  { running = 0, returnedOnly = false, contextOnly = false }: RowOptions = {},
): ResultRow {
  return { name, create: create as ResultRow['create'], expected, running, returnedOnly, contextOnly };
}

/** An execution that ended after `durationMs` and delivered a value, or nothing. */
export function ended(status: ExecutionStatus, durationMs: number, errorType?: string): Ending {
  return { status, errorType, durationMs, chunks: 0, firstChunkMs: undefined };
}

/** An execution that ended after `durationMs` and delivered chunks. */
export function streamed(
  status: ExecutionStatus,
  durationMs: number,
  chunks: number,
  firstChunkMs: number | undefined,
  errorType?: string,
): Ending {
  return { status, errorType, durationMs, chunks, firstChunkMs };
}

/** Why things fail in the rows. */
export class BrokenError extends Error {
  override readonly name = 'BrokenError';
}

/** All that a caller reads, and the error that ended it. */
export async function readAll(source: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const chunk of source) seen.push(chunk);
  } catch (error) {
    seen.push(error);
  }
  return seen;
}
