import type { BudgetSubject, BudgetWindow } from './budget';

/** Which account of a budget has no room left. */
export interface ExceededBudget {
  /** The budget's name. */
  readonly budget: string;
  /** What has an account of its own. */
  readonly by: BudgetSubject;
  /** The agent's id or the breakdown's value; undefined for the application. */
  readonly subject: string | undefined;
  /** Which of the two limits was reached. */
  readonly measure: 'costUsd' | 'tokens';
  /** What may be spent in a window: US dollars, or tokens. */
  readonly limit: number;
  /** The amount spent, without the reservations of running calls. */
  readonly spent: number;
  /** How long the budget lasts. */
  readonly window: BudgetWindow;
  /** When it starts again from nothing. */
  readonly resetsAt: Date;
}

/**
 * Thrown when a budget refuses a model call before it begins. The budget opens again at `resetsAt`.
 *
 * @example
 * if (error instanceof BudgetExceededError) throw new HttpException(`Try again after ${error.resetsAt.toISOString()}`, 429);
 */
export class BudgetExceededError extends Error implements ExceededBudget {
  /** Identifies the error by its name. */
  override readonly name = 'BudgetExceededError';
  /** The budget's name. */
  readonly budget: string;
  /** What has an account of its own. */
  readonly by: BudgetSubject;
  /** The agent's id or the breakdown's value; undefined for the application. */
  readonly subject: string | undefined;
  /** Which of the two limits was reached. */
  readonly measure: 'costUsd' | 'tokens';
  /** What may be spent in a window: US dollars, or tokens. */
  readonly limit: number;
  /** The amount spent, without the reservations of running calls. */
  readonly spent: number;
  /** How long the budget lasts. */
  readonly window: BudgetWindow;
  /** When it starts again from nothing. */
  readonly resetsAt: Date;

  /** As a budget makes it; for tests of code that handles it. */
  constructor(exceeded: ExceededBudget) {
    super(describe(exceeded));
    this.budget = exceeded.budget;
    this.by = exceeded.by;
    this.subject = exceeded.subject;
    this.measure = exceeded.measure;
    this.limit = exceeded.limit;
    this.spent = exceeded.spent;
    this.window = exceeded.window;
    this.resetsAt = exceeded.resetsAt;
  }
}

function describe({ budget, subject, measure, limit, spent, window, resetsAt }: ExceededBudget): string {
  const whose = subject === undefined ? '' : ` of ${JSON.stringify(subject)}`;
  const amount = (value: number) => (measure === 'tokens' ? `${value} tokens` : `$${value}`);
  return (
    `The budget ${JSON.stringify(budget)}${whose} has no room for this model call: ${amount(spent)} of ${amount(limit)} ` +
    `per ${window} are spent, further calls may have reserved the rest. It opens again at ${resetsAt.toISOString()}.`
  );
}
