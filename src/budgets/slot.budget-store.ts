import type { BudgetAccount, BudgetStore, BudgetSums } from '../index';
import { StoredNumbers, type KeyLimiter } from './key-limiter';
import { ProcessSlot } from './process-slot';
import { SlotSums } from './slot-sums';

export interface SlotBudgetStoreOptions extends Pick<BudgetStore, 'storeTimeoutMs' | 'onStoreFault'> {
  readonly ttlMs?: number;
}

/** How often a process shows that it is alive, in its time to live. */
const BEATS_PER_TTL = 3;

/**
 * Each process has a slot, and for each account two numbers in it: what it has spent, which is kept until the window has
 * ended and is continued by the slot's next owner, and what it holds, which dies with the process.
 */
export class SlotBudgetStore implements BudgetStore {
  readonly storeTimeoutMs: number | undefined;
  readonly onStoreFault: 'allow' | 'stop' | undefined;
  private readonly numbers: StoredNumbers;
  private readonly slot: ProcessSlot;
  private readonly ttlMs: number;
  /** By the account itself, which lives as long as this process spends from it. */
  private readonly sumsOf = new WeakMap<BudgetAccount, SlotSums>();
  private readonly all = new Map<WeakRef<BudgetAccount>, SlotSums>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(limiter: KeyLimiter, { storeTimeoutMs, onStoreFault, ttlMs = 30_000 }: SlotBudgetStoreOptions) {
    this.storeTimeoutMs = storeTimeoutMs;
    this.onStoreFault = onStoreFault;
    this.ttlMs = ttlMs;
    this.numbers = new StoredNumbers(limiter);
    this.slot = new ProcessSlot(this.numbers, ttlMs);
  }

  async exchange(account: BudgetAccount, own: BudgetSums): Promise<BudgetSums> {
    if (this.isClosed) throw new Error('The budget store is closed.');
    const sums = this.openSums(account);
    sums.own = own;
    this.timer ??= this.nextBeat();
    return sums.inTurn(async () => {
      await this.writeSums(sums);
      return sums.readOthers(await this.slot.others());
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.slot.release();
  }

  private openSums(account: BudgetAccount): SlotSums {
    const known = this.sumsOf.get(account);
    if (known !== undefined) return known;
    const sums = new SlotSums(this.numbers, { key: SlotSums.keyOf(account), endsAt: account.endsAt }, this.ttlMs);
    this.sumsOf.set(account, sums);
    this.all.set(new WeakRef(account), sums);
    return sums;
  }

  private async writeSums(sums: SlotSums): Promise<void> {
    const slot = await this.slot.own();
    await sums.write(slot, this.slot.claims);
  }

  private nextBeat(): NodeJS.Timeout {
    const timer = setTimeout(() => void this.beat(), this.ttlMs / BEATS_PER_TTL);
    return timer.unref();
  }

  /** Keeps the slot and what is held. What fails is tried again with the next beat, and by each exchange. */
  private async beat(): Promise<void> {
    try {
      await this.slot.renew();
      await this.keepSums();
    } catch {
      // The exchanges, and those that wait for one, report the same fault.
    }
    if (!this.isClosed) this.timer = this.nextBeat();
  }

  private async keepSums(): Promise<void> {
    for (const [account, sums] of this.all) {
      // Where the slot was claimed anew, the store may have lost its data.
      if (sums.own.held > 0 || sums.isBehind(this.slot.claims)) await sums.inTurn(() => this.writeSums(sums));
      else if (account.deref() === undefined) this.all.delete(account);
    }
  }
}
