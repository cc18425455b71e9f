import { createHash } from 'node:crypto';
import type { BudgetAccount, BudgetSums } from '../index';
import type { StoredNumbers } from './key-limiter';

/** Clocks of processes differ: one may ask for a window that has ended for another. */
const GRACE_MS = 60_000;

/** Longer keys do not fit into every database. */
const MAX_KEY_LENGTH = 150;

/**
 * What this process has written down of one account. Its slot has had other owners, whose sum it continues, and it may have
 * had other slots itself, in which a part of its own sum has stayed.
 */
export class SlotSums {
  /** What it has last been told to write. */
  own: BudgetSums = { spent: 0, held: 0 };
  private slot: number | undefined;
  private claim = 0;
  /** What others have spent from this slot. */
  private base = 0;
  /** What this process has spent from the slots that it had before. */
  private elsewhere = 0;
  /** Of what it has spent: what has arrived in the store, and what may have. */
  private written = 0;
  private sent = 0;
  private heldSent = 0;
  /** What waits for its turn. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly numbers: StoredNumbers,
    private readonly account: { readonly key: string; readonly endsAt: Date },
    private readonly ttlMs: number,
  ) {}

  static keyOf({ key }: BudgetAccount): string {
    return key.length <= MAX_KEY_LENGTH ? key : createHash('sha256').update(key).digest('base64url');
  }

  /** Whether the slot was claimed anew since this was written. Irrelevant once the window has ended. */
  isBehind(claim: number): boolean {
    return this.claim !== claim && this.account.endsAt.getTime() > Date.now();
  }

  /** One after the other: two that wrote at once could arrive in the wrong order. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  /** Writes its own sums, first those that make room smaller: no process may see room that there is not. */
  async write(slot: number, claim: number): Promise<void> {
    if (this.claim !== claim) await this.moveTo(slot, claim);
    const { spent, held } = this.own;
    this.sent = Math.max(this.sent, spent);
    const spending = this.numbers.set(this.spentKey(slot), this.base + spent - this.elsewhere, this.spentTtlMs());
    if (held < this.heldSent) await spending;
    await Promise.all([spending, this.writeHeld(slot, held)]);
    this.written = spent;
  }

  private async writeHeld(slot: number, held: number): Promise<void> {
    if (held === 0 && this.heldSent === 0) return;
    this.heldSent = Math.max(held, this.heldSent);
    await (held === 0
      ? this.numbers.delete(this.heldKey(slot))
      : this.numbers.set(this.heldKey(slot), held, this.ttlMs));
    this.heldSent = held;
  }

  /** What all others have: first what they hold, since a call that ends meanwhile is seen twice then rather than not at all. */
  async readOthers(slots: readonly number[]): Promise<BudgetSums> {
    const held = await this.addUp(slots.map((slot) => this.heldKey(slot)));
    const spent = await this.addUp(slots.map((slot) => this.spentKey(slot)));
    return { spent: Math.max(0, spent + this.base - this.elsewhere), held };
  }

  /** Continues the sum of a slot that was claimed. What it had in the one before stays there, if it still is there. */
  private async moveTo(slot: number, claim: number): Promise<void> {
    const before = this.slot ?? slot;
    const [there = 0, found = 0] = await Promise.all(
      [before, slot].map((each) => this.numbers.get(this.spentKey(each))),
    );
    const isKept = there >= this.base + this.written - this.elsewhere;
    const ownThere = Math.min(Math.max(there - this.base + this.elsewhere, this.written), this.sent);
    if (isKept && before === slot) this.base = there - (ownThere - this.elsewhere);
    else if (isKept) [this.base, this.elsewhere] = [found, ownThere];
    else if (before !== slot) this.base += found;
    this.slot = slot;
    this.claim = claim;
  }

  private async addUp(keys: readonly string[]): Promise<number> {
    const found = await Promise.all(keys.map((key) => this.numbers.get(key)));
    return found.reduce<number>((sum, value = 0) => sum + value, 0);
  }

  private spentTtlMs(): number {
    return Math.max(0, this.account.endsAt.getTime() - Date.now()) + GRACE_MS;
  }

  private spentKey(slot: number): string {
    return `spent:${this.account.key}:${slot}`;
  }

  private heldKey(slot: number): string {
    return `held:${this.account.key}:${slot}`;
  }
}
