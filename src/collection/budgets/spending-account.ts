import { CompensatedSum } from '../models/compensated-sum';
import type { BudgetMeasure } from './budget-measure';
import type { BudgetAccount, BudgetSums } from './budget-store';
import { StoreExchange, type StoreLink } from './store-exchange';

/** What was found out about an account before a call. */
export interface Verdict {
  readonly hasRoom: boolean;
  /** Whether the store was heard; always so without one. */
  readonly isHeard: boolean;
}

/**
 * One sum of a budget: dollars or tokens of one subject in one window. Amounts are in the units of its measure. The store,
 * if there is one, hears of every change, and says what other processes have.
 */
export class SpendingAccount implements BudgetAccount {
  /** What may be spent; infinite where there is no limit. */
  limit = Infinity;
  private readonly ownSpent = new CompensatedSum();
  /** What running calls of this process have reserved, those that still wait for the store included. */
  private held = 0;
  /** What those have reserved that still wait for the store. */
  private pending = 0;
  private others: BudgetSums = { spent: 0, held: 0 };
  private readonly exchange: StoreExchange | undefined;

  constructor(
    readonly measure: BudgetMeasure,
    readonly key: string,
    readonly endsAt: Date,
    link: StoreLink | undefined,
  ) {
    this.exchange = link && new StoreExchange(link, this);
  }

  /** Of all processes, as far as is known. */
  get spent(): number {
    return Math.round(this.ownSpent.value * this.measure.unitsPerOne) + this.others.spent;
  }

  /** The same in dollars or tokens. */
  get spentAmount(): number {
    return this.spent / this.measure.unitsPerOne;
  }

  /** Whether a call of that size fits in, by what is known now. */
  hasRoom(estimate: number): boolean {
    const { spent } = this;
    return spent < this.limit && spent + this.held - this.pending + this.others.held + estimate <= this.limit;
  }

  /** Reserves without asking. */
  hold(estimate: number): void {
    this.held += estimate;
    this.exchange?.tell();
  }

  /** Reserves, lets the others know and only then looks what they have: of two that do so at once both see each other. */
  async holdIfRoom(estimate: number): Promise<Verdict> {
    this.held += estimate;
    this.pending += estimate;
    const isHeard = this.exchange === undefined || (await this.exchange.ask());
    // What others held as the store was last heard they may have settled long ago.
    if (!isHeard) this.others = { ...this.others, held: 0 };
    const hasRoom = this.hasRoom(estimate);
    this.pending -= estimate;
    if (!hasRoom) this.release(estimate);
    return { hasRoom, isHeard };
  }

  release(estimate: number): void {
    this.held -= estimate;
    this.exchange?.tell();
  }

  settle(estimate: number, amount: number): void {
    this.ownSpent.add(amount);
    this.release(estimate);
  }

  /** Asks the store what other processes have spent, for readers. */
  refresh(): void {
    this.exchange?.refresh();
  }

  /** What this process tells the others. */
  ownSums(): BudgetSums {
    const { unitsPerOne, unitsPerStored } = this.measure;
    return {
      spent: Math.round((this.ownSpent.value * unitsPerOne) / unitsPerStored),
      held: Math.ceil(this.held / unitsPerStored),
    };
  }

  /** What the others have told. */
  takeOthers({ spent, held }: BudgetSums): void {
    const { unitsPerStored } = this.measure;
    this.others = { spent: spent * unitsPerStored, held: held * unitsPerStored };
  }
}
