export type RefusalStatus = 400 | 404 | 503 | 504;

/** Also marks refusals of another copy of this class: test runners that reset modules load this file again. */
const REFUSAL = Symbol.for('nestjs-agent-metrics@1:refusal');

/** Why there is no answer. This room knows nothing of Nest: `guards/refused` turns it into an exception of Nest's. */
export class Refusal extends Error {
  readonly [REFUSAL] = true;

  /** @param message @default what Nest says of such a status */
  constructor(
    readonly status: RefusalStatus,
    message?: string,
  ) {
    super(message);
  }
}

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && REFUSAL in error;
}
