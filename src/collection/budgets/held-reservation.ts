import { keepShapes } from '../../runtime/kept-shapes';
import type { CallUsage } from '../models/call-usage';
import type { BudgetAccounts, SubjectAccounts } from './budget-accounts';
import type { CallEstimates } from './call-estimates';
import type { SpendingAccount, Verdict } from './spending-account';

/** One account that a call draws on, and what the call may cost there, in its units. */
export interface Draw {
  readonly budget: BudgetAccounts;
  readonly subject: SubjectAccounts;
  readonly account: SpendingAccount;
  readonly estimate: number;
}

/** A draw whose account has been asked. */
export interface JudgedDraw extends Draw, Verdict {}

/** What a call has reserved, on every budget that it draws on. */
export interface Reservation {
  /** The call has ended: gives back what it reserved and spends what it cost, nothing where that is unknown. Once. */
  settle(usage: CallUsage | undefined): void;
}

/** In the accounts of the windows in which it was made. */
export class HeldReservation implements Reservation {
  private isSettled = false;

  constructor(
    private readonly draws: readonly Draw[],
    private readonly model: string,
    private readonly estimates: Pick<CallEstimates, 'add'>,
  ) {}

  settle(usage: CallUsage | undefined): void {
    if (this.isSettled) return;
    this.isSettled = true;
    for (const { account, estimate } of this.draws) account.settle(estimate, amountOf(account, usage));
    if (usage !== undefined) this.estimates.add(this.model, usage);
  }
}

keepShapes(new HeldReservation([], '', {} as CallEstimates));

/** In dollars or tokens. One that is no number would close the account for good. */
export function amountOf({ measure }: SpendingAccount, usage: CallUsage | undefined): number {
  const amount = usage && measure.of(usage);
  return amount !== undefined && amount > 0 ? amount : 0;
}
