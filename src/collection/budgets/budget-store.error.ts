/**
 * Thrown when a model call is refused because the budget store does not answer and has `onStoreFault: 'stop'`.
 *
 * @example
 * if (error instanceof BudgetStoreError) throw new ServiceUnavailableException();
 */
export class BudgetStoreError extends Error {
  /** Identifies the error by its name. */
  override readonly name = 'BudgetStoreError';

  /** As a budget makes it; for tests of code that handles it. */
  constructor(
    /** The name of the budget that could not be looked up. */
    readonly budget: string,
    /** How long the call has waited at most, in milliseconds. */
    readonly storeTimeoutMs: number,
  ) {
    super(
      `The budget ${JSON.stringify(budget)} could not be looked up: the budget store failed, or gave no answer within ` +
        `${storeTimeoutMs} ms.`,
    );
  }
}
