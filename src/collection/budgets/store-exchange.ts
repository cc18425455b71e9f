import type { Clock } from '../clock';
import { STORE_TIMEOUT_MS, type BudgetAccount, type BudgetStore, type BudgetSums } from './budget-store';

/** An exchange that has not ended by then never will, as far as we are concerned. */
const ABANDON_AFTER_MS = 60_000;

/** Clocks of processes differ: so long after a window has ended the store may still hear of it. */
const GRACE_MS = 60_000;

/** How long after a failed report a store is told again. */
const RETRY_MS = 1_000;

/** Readers accept figures of other processes that are so old. */
const FRESH_FOR_MS = 5_000;

/** An account, as a store is told of it. */
export interface ExchangedAccount extends BudgetAccount {
  ownSums(): BudgetSums;
  takeOthers(others: BudgetSums): void;
}

/** The store of all accounts, and those that it has not heard of yet. */
export class StoreLink {
  readonly timeoutMs: number;
  readonly stopsOnFault: boolean;
  isClosed = false;
  /** What has changed since the store has last answered. */
  private readonly unheard = new Set<StoreExchange>();
  private cancelRetry: (() => void) | undefined;

  constructor(
    readonly store: BudgetStore,
    readonly clock: Clock,
    readonly onFault: (fault: unknown) => void,
  ) {
    this.timeoutMs = store.storeTimeoutMs ?? STORE_TIMEOUT_MS;
    this.stopsOnFault = store.onStoreFault === 'stop';
  }

  begun(exchange: StoreExchange): void {
    this.unheard.add(exchange);
  }

  heard(exchange: StoreExchange): void {
    this.unheard.delete(exchange);
  }

  failed(fault: unknown): void {
    this.onFault(fault);
    this.retryLater();
  }

  /** True when the answer is, false at the latest when the wait is over. */
  wait(answer: Promise<boolean>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(this.timeoutMs, () => {
        this.failed(new Error(`There was no answer within ${this.timeoutMs} ms.`));
        resolve(false);
      });
      void answer.then((isHeard) => {
        cancel();
        resolve(isHeard);
      });
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelRetry?.();
    await this.wait(Promise.all([...this.unheard].map((exchange) => exchange.request())).then(() => true));
    await this.wait(this.closeStore());
    this.unheard.clear();
  }

  private async closeStore(): Promise<boolean> {
    try {
      await this.store.close?.();
    } catch (fault) {
      this.onFault(fault);
    }
    return true;
  }

  /** One after the other, until one fails: a store that is down is not asked for all of them. */
  private async retry(): Promise<void> {
    this.cancelRetry = undefined;
    this.forgetEnded();
    for (const exchange of [...this.unheard]) if (this.isClosed || !(await exchange.ask())) return this.retryLater();
  }

  /** Of a store that is down for long nothing else would ever let them go. */
  private forgetEnded(): void {
    const longAgo = this.clock.wallTime() - GRACE_MS;
    for (const exchange of this.unheard) if (exchange.endsAt.getTime() < longAgo) this.unheard.delete(exchange);
  }

  private retryLater(): void {
    if (!this.isClosed) this.cancelRetry ??= this.clock.after(RETRY_MS, () => void this.retry());
  }
}

/** The exchanges of one account: one at a time, each with the newest figures. */
export class StoreExchange {
  private running: Promise<boolean> | undefined;
  private beganAt = -Infinity;
  /** Begins when the running one has ended, for all that has changed meanwhile. */
  private next: Promise<boolean> | undefined;

  constructor(
    private readonly link: StoreLink,
    private readonly account: ExchangedAccount,
  ) {}

  /** When the window of its account ends. */
  get endsAt(): Date {
    return this.account.endsAt;
  }

  /** Whether the store has answered in time, to what was true as it was asked. Does not wait for one that is late already. */
  ask(): Promise<boolean> {
    const answer = this.request();
    return this.isOverdue(this.link.timeoutMs) ? LATE : this.link.wait(answer);
  }

  /** Waits for nothing. What fails is told again later. */
  tell(): void {
    if (!this.link.isClosed) void this.request();
  }

  refresh(): void {
    if (this.link.clock.now() - this.beganAt > FRESH_FOR_MS) this.tell();
  }

  /** Never rejects. */
  request(): Promise<boolean> {
    this.link.begun(this);
    if (this.isOverdue(ABANDON_AFTER_MS)) this.running = this.next = undefined;
    if (this.next !== undefined) return this.next;
    if (this.running === undefined) return this.begin();
    const next: Promise<boolean> = this.running.then(() => (this.next === next ? this.begin() : false));
    return (this.next = next);
  }

  private isOverdue(limitMs: number): boolean {
    return this.running !== undefined && this.link.clock.now() - this.beganAt > limitMs;
  }

  private begin(): Promise<boolean> {
    this.next = undefined;
    this.beganAt = this.link.clock.now();
    const running = this.exchange().then((others) => {
      if (this.running !== running) return false;
      this.running = undefined;
      if (others === undefined) return false;
      this.account.takeOthers(others);
      if (this.next === undefined) this.link.heard(this);
      return true;
    });
    return (this.running = running);
  }

  private async exchange(): Promise<BudgetSums | undefined> {
    try {
      return checked(await this.link.store.exchange(this.account, this.account.ownSums()));
    } catch (fault) {
      this.link.failed(fault);
      return undefined;
    }
  }
}

const LATE = Promise.resolve(false);

function checked(sums: BudgetSums): BudgetSums {
  if (sums.spent >= 0 && sums.spent < Infinity && sums.held >= 0 && sums.held < Infinity) return sums;
  throw new RangeError(`A budget store answered ${JSON.stringify(sums)}; it must answer with sums from 0.`);
}
