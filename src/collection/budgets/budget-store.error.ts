/**
 * Why a model call was refused before it began: the budget store gave no answer, and says `onStoreFault: 'stop'`.
 *
 * @example
 * if (error instanceof BudgetStoreError) throw new ServiceUnavailableException();
 */
export class BudgetStoreError extends Error {
  /** For whoever knows errors by their name. */
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
