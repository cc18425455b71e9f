/** One sum that several processes spend from: a subject's dollars or tokens in one window of a budget. */
export interface BudgetAccount {
  /** The same in every process. */
  readonly key: string;
  /** When its window ends. The account is not read much later. */
  readonly endsAt: Date;
}

/** Integers: millionths of a US dollar, or tokens. */
export interface BudgetSums {
  /** What finished calls have cost. */
  readonly spent: number;
  /** What running calls have reserved. */
  readonly held: number;
}

/**
 * A store through which the processes of an application share what they spend. `rateLimiterBudgetStore` of
 * `nestjs-agent-metrics/budgets` makes one. Write your own for a store that it does not support. One store serves one
 * application in a process.
 *
 * @example
 * MetricsModule.forRoot({ budgets, budgetStore: rateLimiterBudgetStore(new RateLimiterRedis({ storeClient: redis })) });
 */
export interface BudgetStore {
  /** How long a model call waits for an answer, in milliseconds. @default 200 */
  readonly storeTimeoutMs?: number;
  /**
   * What happens to a call when the store fails or is late. `'allow'`: this process decides from what it knows, and
   * the call is counted. `'stop'`: the call fails with `BudgetStoreError`.
   * @default 'allow'
   */
  readonly onStoreFault?: 'allow' | 'stop';
  /**
   * Writes down what this process has spent and holds of the account, and then reads what all others have. The sums are
   * absolute: writing the same ones twice changes nothing. Called once at a time for each account, with the same object for
   * it as long as this process spends from it.
   *
   * @throws (as a rejection) where the store does not work; it is asked again later
   */
  exchange(account: BudgetAccount, own: BudgetSums): Promise<BudgetSums>;
  /** The application ends: gives back what this process holds. */
  close?(): Promise<void> | void;
}

/** How long a call waits for a store that does not say. */
export const STORE_TIMEOUT_MS = 200;
