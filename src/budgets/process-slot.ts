import { randomInt } from 'node:crypto';
import type { StoredNumbers } from './key-limiter';

/**
 * Marks of a slot's owner. A process that tries to claim a taken slot adds 1 to its mark: marks are so far apart that it
 * stays recognisable, and fit into a column of 32 bits.
 */
const MARK_STEP = 4_096;
const MARKS = 2 ** 19;

/** Below this part of its time to live a slot is ours without asking. */
const SURE_FOR = 2 / 3;

/**
 * A number that no other process has: the lowest that was free. It is claimed by being the first to increment a key, and
 * lost where that expires, because it was not renewed in time, or the store has lost its data.
 */
export class ProcessSlot {
  /** Another one each time that it was claimed: what was written before may have been continued by others. */
  claims = 0;
  private slot: number | undefined;
  private readonly mark = randomInt(1, MARKS) * MARK_STEP;
  private sureUntil = -Infinity;
  private asking: Promise<number> | undefined;
  /** How many there have ever been. Those without an owner may have been spent from. */
  private known = 0;

  constructor(
    private readonly numbers: StoredNumbers,
    private readonly ttlMs: number,
  ) {}

  /** Ours, for the next third of its time to live at least. */
  own(): number | Promise<number> {
    if (this.slot !== undefined && performance.now() < this.sureUntil) return this.slot;
    return this.renew();
  }

  renew(): Promise<number> {
    return (this.asking ??= this.verify().finally(() => (this.asking = undefined)));
  }

  /** Makes it free at once, unless it may be another's by now. */
  async release(): Promise<void> {
    if (this.slot === undefined || performance.now() >= this.sureUntil) return;
    this.sureUntil = -Infinity;
    await this.numbers.delete(keyOf(this.slot));
  }

  /** All slots but ours that were ever claimed. They are numbered without gaps: each looks one further. */
  async others(): Promise<number[]> {
    while ((await this.numbers.get(knownKeyOf(this.known))) !== undefined) this.known++;
    return Array.from({ length: this.known }, (_, slot) => slot).filter((slot) => slot !== this.slot);
  }

  private async verify(): Promise<number> {
    const askedAt = performance.now();
    const slot = this.slot;
    const isOurs = slot !== undefined && (await this.isOurs(slot));
    this.slot = isOurs ? slot : await this.claim(slot);
    await this.numbers.set(keyOf(this.slot), this.mark, this.ttlMs);
    if (!isOurs) this.claims++;
    this.sureUntil = askedAt + this.ttlMs * SURE_FOR;
    return this.slot;
  }

  private async isOurs(slot: number): Promise<boolean> {
    const mark = (await this.numbers.get(keyOf(slot))) ?? 0;
    return mark >= this.mark && mark < this.mark + MARK_STEP;
  }

  /** The one that we had before, else the lowest that is free. */
  private async claim(before: number | undefined): Promise<number> {
    if (before !== undefined) {
      // Not tried before it: a store that has lost its data knows of none of them.
      await Promise.all(Array.from({ length: before }, (_, slot) => this.makeKnown(slot)));
      if (await this.tryClaim(before)) return before;
    }
    for (let slot = 0; ; slot++) if (await this.tryClaim(slot)) return slot;
  }

  /**
   * Makes it known first. Others look for slots up to the first that is not known: an owner that hangs before its slot is known
   * would hide all those behind it, which then would not see each other.
   */
  private async tryClaim(slot: number): Promise<boolean> {
    await this.makeKnown(slot);
    return (await this.numbers.increment(keyOf(slot), this.ttlMs)) === 1;
  }

  private makeKnown(slot: number): Promise<void> {
    return this.numbers.setForEver(knownKeyOf(slot), 1);
  }
}

const keyOf = (slot: number): string => `slot:${slot}`;
const knownKeyOf = (slot: number): string => `known:${slot}`;
