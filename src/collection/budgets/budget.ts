/** How long a budget lasts before it starts again from nothing. Windows begin at whole multiples of their length in UTC. */
export type BudgetWindow = '1m' | '1h' | '1d' | '30d';

/**
 * Who has an account of a budget: the whole application, each agent, or each value of the option `breakdown`, such as
 * a tenant.
 */
export type BudgetSubject = 'application' | 'agent' | 'breakdown';

/** One limit for all subjects, or a function that gives each its own; undefined means that this one has none. */
export type BudgetLimit = number | ((subject: string) => number | undefined);

/**
 * An amount that model calls may spend in a window. Set `costUsd`, `tokens` or both.
 *
 * A model call is charged once to each subject that it belongs to: the application, its tenant, and every agent
 * around it. It reserves an amount before it begins and is charged its cost at its end.
 *
 * @example
 * budgets: [
 *   { name: 'everything', by: 'application', costUsd: 200, window: '1d' },
 *   { name: 'tenants', by: 'breakdown', costUsd: (tenant) => (isPaying(tenant) ? 20 : 0.5), window: '30d' },
 * ]
 */
export interface Budget {
  /** Identifies the budget in errors, in metrics and in the store. */
  readonly name: string;
  /** What has an account of its own. */
  readonly by: BudgetSubject;
  /**
   * US dollars in a window. If a function of the subject throws, that is logged once and means no limit. @default none
   */
  readonly costUsd?: BudgetLimit;
  /**
   * Tokens in a window, input and output. If a function of the subject throws, that is logged once and means no
   * limit. @default none
   */
  readonly tokens?: BudgetLimit;
  /** How long it lasts. */
  readonly window: BudgetWindow;
  /**
   * `'stop'`: a call that does not fit fails with `BudgetExceededError` before it begins. `'report'`: the call
   * continues, is counted, and is logged once a window.
   * @default 'stop'
   */
  readonly onExceeded?: 'stop' | 'report';
  /**
   * The amount that a call reserves while this process has not seen the usage of its model. Later, a call reserves as
   * much as the largest of the last 20 calls of that model.
   * @default nothing
   */
  readonly reserve?: {
    /** US dollars. */
    readonly costUsd?: number;
    /** Tokens, input and output. */
    readonly tokens?: number;
  };
}

/** Of each window, in milliseconds. */
export const BUDGET_WINDOWS: Readonly<Record<BudgetWindow, number>> = {
  '1m': 60_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
  '30d': 2_592_000_000,
};

/** One subject of a budget in the present window. */
export interface BudgetState {
  /** The budget's. */
  readonly name: string;
  /** What has an account of its own. */
  readonly by: BudgetSubject;
  /** The agent's id or the breakdown's value; undefined for the application. Those past 10,000 share `__other__`. */
  readonly subject: string | undefined;
  /** How long it lasts. */
  readonly window: BudgetWindow;
  /** US dollars spent, by all processes as far as the store has told; undefined where the budget does not limit the cost. */
  readonly spentUsd: number | undefined;
  /** US dollars that may be spent; undefined where this subject has no such limit. */
  readonly limitUsd: number | undefined;
  /** Tokens spent, by all processes as far as the store has told; undefined where the budget does not limit tokens. */
  readonly spentTokens: number | undefined;
  /** Tokens that may be spent; undefined where this subject has no such limit. */
  readonly limitTokens: number | undefined;
  /** Spent divided by limit, the higher one where it has two; undefined where it has none. */
  readonly spentRatio: number | undefined;
  /** When it starts again from nothing. */
  readonly resetsAt: Date;
}
