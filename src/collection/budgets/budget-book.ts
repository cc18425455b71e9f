import type { Clock } from '../clock';
import type { CallUsage } from '../models/call-usage';
import type { Budget, BudgetState } from './budget';
import type { BudgetExceededError } from './budget-exceeded.error';
import type { BudgetStore } from './budget-store';
import type { BudgetStoreError } from './budget-store.error';

/** A model call, as budgets see it. Names are in their form. */
export interface BudgetedCall {
  readonly model: string;
  /** Every agent that runs around it; one that is in it twice draws once. */
  readonly agents: readonly string[];
  /** The breakdown's value; undefined where it has none. */
  readonly breakdown: string | undefined;
}

/** What a call has reserved, on every budget that it draws on. */
export interface Reservation {
  /** The call has ended: gives back what it reserved and spends what it cost, nothing where that is unknown. Once. */
  settle(usage: CallUsage | undefined): void;
}

/** Why a call may not begin. */
export type BudgetRefusal = BudgetExceededError | BudgetStoreError;

/** What budgets need of the rooms around them. */
export interface BudgetPorts {
  readonly clock: Clock;
  /** Logs a message; whoever calls sees to it that it is rare. */
  warn(message: string): void;
  /** Logs a fault, once for each place. */
  report(where: string, fault: unknown): void;
}

/** The budgets of one application: who may spend how much, and what was spent. */
export class BudgetBook {
  constructor(
    private readonly budgets: readonly Budget[],
    private readonly store: BudgetStore | undefined,
    private readonly ports: BudgetPorts,
  ) {}

  /** Whether there are any: without, a call need not ask. */
  get isEmpty(): boolean {
    return this.budgets.length === 0;
  }

  /**
   * Asks for room for one call on every budget that it draws on, on all of them or on none. Never throws or rejects.
   * Without a store the answer is there at once.
   */
  reserve(call: BudgetedCall): Reservation | BudgetRefusal | Promise<Reservation | BudgetRefusal> {
    return this.reserveNow(call);
  }

  /** The same without waiting, by what the store has last said; it is told afterwards. */
  reserveNow(_call: BudgetedCall): Reservation | BudgetRefusal {
    return { settle: () => {} };
  }

  /** Spends what was not reserved: a record made by hand, or usage that has come late. */
  spend(_call: BudgetedCall, _usage: CallUsage): void {}

  /** Of each budget the present window: the application, or at most 100 subjects that are nearest to their limit. */
  read(): BudgetState[] {
    this.ports.clock.wallTime();
    return [];
  }

  /** Tells the store the last figures and closes it; waits for it no longer than a call would. Reading goes on working. */
  async close(): Promise<void> {
    await this.store?.close?.();
  }
}
