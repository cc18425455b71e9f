import type { ModelUsage } from '../../index';

/** What an answer, or an event of a streamed one, tells of its call. */
export interface AnswerNews {
  /** All tokens that are known so far. */
  readonly usage?: ModelUsage;
  /** Of an event: it brings a part of what the model says. */
  readonly isToken?: boolean;
  /** The model has said everything: a reader that stops now misses nothing. */
  readonly isLast?: boolean;
  /** The model failed, although the request succeeded. */
  readonly error?: Error;
  /** The model as the provider names it. */
  readonly model?: string;
}

/** Reads the answer of one call, or its events one by one. */
export type AnswerReader = (answer: object) => AnswerNews;

/** A failure as providers describe it in an answer. */
export interface DescribedFailure {
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
}

/** The error to a failure that the SDK hands out as data. It counts by its code. */
export function errorOf({ code, type, message }: DescribedFailure): Error {
  const error = new Error(typeof message === 'string' ? message : undefined);
  return Object.assign(error, { code: code ?? type });
}
