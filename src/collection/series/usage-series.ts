import { SlotSeries } from './slot-series';
import { type SlotReader, type SlotWriter, TimeSlot } from './time-slot';

const NANO_USD = 1e9;

/** What model calls used up within a slot. */
export class UsageSlot extends TimeSlot {
  tokens = 0;
  /** Billionths of a dollar: whole numbers add up exactly, in whatever order. */
  costNanoUsd = 0;

  override get isEmpty(): boolean {
    return this.tokens === 0 && this.costNanoUsd === 0;
  }

  get costUsd(): number {
    return this.costNanoUsd / NANO_USD;
  }

  override begin(start: number): void {
    this.start = start;
    this.tokens = 0;
    this.costNanoUsd = 0;
  }

  override merge({ tokens, costNanoUsd }: UsageSlot): void {
    this.tokens += tokens;
    this.costNanoUsd += costNanoUsd;
  }

  override writeTo(log: SlotWriter): void {
    log.write(this.tokens);
    log.write(this.costNanoUsd);
  }

  override addFrom(log: SlotReader): void {
    this.tokens += log.next();
    this.costNanoUsd += log.next();
  }
}

/** Tokens and cost of the last two hours. */
export class UsageSeries extends SlotSeries<UsageSlot> {
  /** A second that is no number is not counted. A cost counts to the billionth of a dollar. */
  add(second: number, tokens: number, costUsd: number): void {
    const slot = this.newest;
    if (slot.start !== second && !this.turnTo(second)) return;
    slot.tokens += tokens;
    slot.costNanoUsd += Math.round(costUsd * NANO_USD);
  }

  protected override createSlot(start?: number): UsageSlot {
    return new UsageSlot(start);
  }
}
