import type { Clock } from '../clock';
import { SlotSeries } from './slot-series';
import { type SlotReader, type SlotWriter, TimeSlot } from './time-slot';

/** What is told of the process and its caches within a slot. */
export class ProcessSlot extends TimeSlot {
  cacheHits = 0;
  cacheMisses = 0;

  constructor(
    start?: number,
    /** Bytes as the slot began, that is, until then; NaN for one to which nothing has been added. */
    public memoryBefore = NaN,
    /** Requests in progress as the slot began. */
    public runningBefore = NaN,
  ) {
    super(start);
  }

  override get isEmpty(): boolean {
    return Number.isNaN(this.start);
  }

  override begin(start: number): void {
    this.start = start;
    this.cacheHits = 0;
    this.cacheMisses = 0;
  }

  override merge({ cacheHits, cacheMisses, memoryBefore, runningBefore }: ProcessSlot): void {
    this.add(cacheHits, cacheMisses, memoryBefore, runningBefore);
  }

  override writeTo(log: SlotWriter): void {
    log.write(this.cacheHits);
    log.write(this.cacheMisses);
    log.write(this.memoryBefore);
    log.write(this.runningBefore);
  }

  override addFrom(log: SlotReader): void {
    this.add(log.next(), log.next(), log.next(), log.next());
  }

  /** What was as the first of several began was as all of them together began. */
  private add(cacheHits: number, cacheMisses: number, memoryBefore: number, runningBefore: number): void {
    this.cacheHits += cacheHits;
    this.cacheMisses += cacheMisses;
    if (!Number.isNaN(this.memoryBefore)) return;
    this.memoryBefore = memoryBefore;
    this.runningBefore = runningBefore;
  }
}

/**
 * Memory, requests in progress and look-ups in caches in the last two hours. A slot says how things stood until it began:
 * so whatever is needed to know how they stood at some moment came after it, and has not been let go.
 */
export class ProcessSeries extends SlotSeries<ProcessSlot> {
  /** The last reading in bytes; 0 before the first. */
  memoryBytes = 0;

  /** @param running what says how many requests are in progress; it changes after `turn` */
  constructor(
    private readonly running: { readonly inProgress: number },
    clock: Pick<Clock, 'now'>,
  ) {
    super(new ProcessSlot(), clock);
  }

  get requestsInProgress(): number {
    return this.running.inProgress;
  }

  setMemory(nowMs: number, bytes: number): void {
    this.turn(nowMs);
    this.memoryBytes = Math.round(bytes);
  }

  addLookup(nowMs: number, isHit: boolean): void {
    this.turn(nowMs);
    if (isHit) this.newest.cacheHits += 1;
    else this.newest.cacheMisses += 1;
  }

  /**
   * Begins the slot of this moment, unless it has begun. To be called before anything changes.
   *
   * @param running requests that were in progress until now
   */
  turn(nowMs: number, running = this.running.inProgress): void {
    const second = Math.floor(nowMs / 1_000);
    const slot = this.newest;
    if (slot.start === second || !this.turnTo(second)) return;
    slot.memoryBefore = this.memoryBytes;
    slot.runningBefore = running;
  }

  protected override createSlot(start?: number): ProcessSlot {
    return new ProcessSlot(start);
  }
}
