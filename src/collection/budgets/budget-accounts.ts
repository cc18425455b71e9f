import { catchRejection } from '../../runtime/thenable';
import { BUDGET_WINDOWS, type Budget, type BudgetState } from './budget';
import { BudgetExceededError } from './budget-exceeded.error';
import { BUDGET_MEASURES, type BudgetMeasure } from './budget-measure';
import { SpendingAccount } from './spending-account';
import type { StoreLink } from './store-exchange';

/** Subjects with accounts of their own, in each window. */
const MAX_SUBJECTS = 10_000;
const OTHER = '__other__';

/** Of a clock that is set forward and back again, the present window and the one before are still there. */
const WINDOWS_KEPT = 2;

/** The accounts of one subject: one for each measure that the budget limits. */
export interface SubjectAccounts {
  /** Empty for the application. */
  readonly subject: string;
  readonly window: OpenWindow;
  readonly accounts: readonly SpendingAccount[];
}

interface OpenWindow {
  readonly startsAt: number;
  readonly endsAt: Date;
  readonly subjects: Map<string, SubjectAccounts>;
  /** Whether the log has it that a call went on without room. */
  isReported: boolean;
}

/** What a function of the user's that gives limits went wrong with. */
export type LimitFault = (where: string, fault: unknown) => void;

/** One budget with all accounts that calls draw on. */
export class BudgetAccounts {
  /** Of its series. */
  readonly labels: readonly [name: string];
  /** Calls that it had no room for. */
  exceededCalls = 0;
  /** Calls that went on, or were refused, without an answer of the store. */
  storeFaults = 0;
  readonly measures: readonly BudgetMeasure[];
  private readonly lengthMs: number;
  /** The last ones that were used, the present one at the end. */
  private readonly windows: OpenWindow[] = [];

  constructor(
    readonly budget: Budget,
    private readonly link: StoreLink | undefined,
    /** Since when it counts, in milliseconds since 1970. */
    readonly born: number,
    private readonly onLimitFault: LimitFault,
  ) {
    this.labels = [budget.name];
    this.measures = BUDGET_MEASURES.filter(({ name }) => budget[name] !== undefined);
    this.lengthMs = BUDGET_WINDOWS[budget.window];
  }

  /** The accounts of a subject in the window that `wallTime` is in, with the limits of this moment. */
  open(subject: string, wallTime: number): SubjectAccounts {
    const window = this.windowAt(wallTime);
    let found = window.subjects.get(subject);
    if (found === undefined) {
      const isFull = window.subjects.size >= MAX_SUBJECTS;
      const name = isFull ? OTHER : subject;
      found = (isFull ? window.subjects.get(name) : undefined) ?? this.openSubject(name, window);
    }
    for (const account of found.accounts) account.limit = this.limitOf(account.measure, found.subject);
    return found;
  }

  /** Of the window that `wallTime` is in; those of the application also before its first call. */
  read(wallTime: number): BudgetState[] {
    if (this.budget.by === 'application') {
      const application = this.open('', wallTime);
      for (const account of application.accounts) account.refresh();
      return [this.stateOf(application)];
    }
    const window = this.windows.find((open) => contains(open, wallTime));
    return [...(window?.subjects.values() ?? [])].map((subject) => this.stateOf(subject));
  }

  /** Why a call may not begin. */
  refusal({ subject, window }: SubjectAccounts, { measure, limit, spentAmount }: SpendingAccount): BudgetExceededError {
    const { name, by, window: length } = this.budget;
    return new BudgetExceededError({
      budget: name,
      by,
      subject: by === 'application' ? undefined : subject,
      measure: measure.name,
      limit: limit / measure.unitsPerOne,
      spent: spentAmount,
      window: length,
      resetsAt: window.endsAt,
    });
  }

  private stateOf({ subject, window, accounts }: SubjectAccounts): BudgetState {
    const { name, by, window: length } = this.budget;
    const find = (measured: BudgetMeasure['name']) => accounts.find(({ measure }) => measure.name === measured);
    const [cost, tokens] = [find('costUsd'), find('tokens')];
    const ratios = accounts.filter(({ limit }) => limit < Infinity).map(spentRatio);
    return {
      name,
      by,
      subject: by === 'application' ? undefined : subject,
      window: length,
      spentUsd: cost?.spentAmount,
      limitUsd: limitAmount(cost),
      spentTokens: tokens?.spentAmount,
      limitTokens: limitAmount(tokens),
      spentRatio: ratios.length === 0 ? undefined : Math.max(...ratios),
      resetsAt: new Date(window.endsAt),
    };
  }

  private windowAt(wallTime: number): OpenWindow {
    const { windows } = this;
    const last = windows.at(-1);
    if (last !== undefined && contains(last, wallTime)) return last;
    const known = windows.findIndex((window) => contains(window, wallTime));
    windows.push(known === -1 ? this.openWindow(wallTime) : windows.splice(known, 1)[0]!);
    if (windows.length > WINDOWS_KEPT) windows.shift();
    return windows.at(-1)!;
  }

  private openWindow(wallTime: number): OpenWindow {
    const startsAt = Math.floor(wallTime / this.lengthMs) * this.lengthMs;
    return { startsAt, endsAt: new Date(startsAt + this.lengthMs), subjects: new Map(), isReported: false };
  }

  private openSubject(subject: string, window: OpenWindow): SubjectAccounts {
    const { name, window: length } = this.budget;
    const accounts = this.measures.map((measure) => {
      const key = [encodeURIComponent(name), measure.name, length, window.startsAt / this.lengthMs, subject].join(':');
      return new SpendingAccount(measure, key, window.endsAt, this.link);
    });
    const opened = { subject, window, accounts };
    window.subjects.set(subject, opened);
    return opened;
  }

  /** In units; infinite where there is none. */
  private limitOf({ name, unitsPerOne }: BudgetMeasure, subject: string): number {
    const limit = this.budget[name];
    const amount = typeof limit === 'function' ? this.askLimit(name, limit, subject) : limit;
    return amount === undefined ? Infinity : Math.round(amount * unitsPerOne);
  }

  private askLimit(
    measure: BudgetMeasure['name'],
    limit: (subject: string) => number | undefined,
    subject: string,
  ): number | undefined {
    try {
      const amount = limit(subject);
      catchRejection(amount, () => {});
      if (amount === undefined || (typeof amount === 'number' && amount >= 0)) return amount;
      throw new RangeError(`The limit of ${JSON.stringify(subject)} is ${String(amount)}; it must be a number from 0.`);
    } catch (fault) {
      this.onLimitFault(`the ${measure} of the budget ${JSON.stringify(this.budget.name)}`, fault);
      return undefined;
    }
  }
}

function contains({ startsAt, endsAt }: OpenWindow, wallTime: number): boolean {
  return wallTime >= startsAt && wallTime < endsAt.getTime();
}

/** Of a limit of nothing everything is spent. */
export function spentRatio({ spent, limit }: Pick<SpendingAccount, 'spent' | 'limit'>): number {
  return limit === 0 ? 1 : spent / limit;
}

function limitAmount(account: SpendingAccount | undefined): number | undefined {
  return account === undefined || account.limit === Infinity ? undefined : account.limit / account.measure.unitsPerOne;
}
