import type { BudgetBook, BudgetedCall, BudgetRefusal } from '../../collection/budgets/budget-book';
import type { Reservation } from '../../collection/budgets/held-reservation';
import type { CallUsage } from '../../collection/models/call-usage';
import { keepShapes } from '../../runtime/kept-shapes';

type Answer = Reservation | BudgetRefusal;

/** One model call and what it draws on budgets: what it reserves, whether it may begin, and what it has spent. */
export class BudgetedModelCall {
  /** Settles when it is known whether the call may begin: rejects where it may not. Undefined where that is known. */
  admission: Promise<void> | undefined = undefined;
  /** Why it may not begin. */
  refusal: BudgetRefusal | undefined = undefined;
  private reservation: Reservation | undefined = undefined;
  /** It has ended before the store answered. */
  private spentUsage: { readonly usage: CallUsage | undefined } | undefined = undefined;

  constructor(
    private readonly book: BudgetBook,
    private readonly call: BudgetedCall,
  ) {}

  /** By what is known now. */
  reserveNow(): void {
    this.take(this.book.reserveNow(this.call));
  }

  /**
   * The same, and where budgets are shared with other processes, by what their store says.
   *
   * @param onRefused hears of a refusal that comes later, before `admission` rejects
   */
  reserve(onRefused: (refusal: BudgetRefusal) => void): void {
    const answer = this.book.reserve(this.call);
    if (!(answer instanceof Promise)) return this.take(answer);
    this.admission = answer.then((late) => {
      this.admission = undefined;
      this.take(late);
      if (this.refusal === undefined) return;
      onRefused(this.refusal);
      throw this.refusal;
    });
    // Not every caller can wait for it.
    this.admission.catch(() => {});
  }

  /** At its end. What it reserved and did not use is free again. */
  settle(usage: CallUsage | undefined): void {
    if (this.reservation !== undefined) this.reservation.settle(usage);
    else if (this.admission !== undefined) this.spentUsage = { usage };
    // It was refused, and its caller has made it all the same.
    else if (usage !== undefined) this.spend(usage);
  }

  /** What becomes known after its end. */
  spend(usage: CallUsage): void {
    this.book.spend(this.call, usage);
  }

  private take(answer: Answer): void {
    if (answer instanceof Error) {
      this.refusal = answer;
      if (this.spentUsage?.usage !== undefined) this.spend(this.spentUsage.usage);
    } else {
      this.reservation = answer;
      if (this.spentUsage !== undefined) answer.settle(this.spentUsage.usage);
    }
  }
}

keepShapes(new BudgetedModelCall({} as BudgetBook, {} as BudgetedCall));
