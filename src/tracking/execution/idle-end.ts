import type { Clock } from '../../collection/clock';
import { keepShapes } from '../../runtime/kept-shapes';

/** What ends where nothing shows that it goes on. */
interface Idler {
  readonly isPaused: boolean;
  /** @param at on the clock's scale */
  idleSince(at: number): void;
}

/**
 * Ends an execution that only a handle can end, should that be forgotten: a callback that an SDK never makes, a client that
 * has left. It ends as of its last sign of life.
 */
export class IdleEnd {
  /** Its last sign of life, once it has ended for want of another. */
  endedAt: number | undefined = undefined;
  private lastSign: number;
  /** How many executions run inside it. */
  private inside = 0;
  private isRetrying = false;
  private stopWaiting: () => void;

  constructor(
    private readonly execution: Idler,
    private readonly clock: Clock,
    private readonly idleMs: number,
  ) {
    this.lastSign = clock.now();
    this.stopWaiting = clock.after(idleMs, () => this.look());
  }

  sign(): void {
    this.lastSign = this.clock.now();
    this.isRetrying = false;
  }

  /** A retry may wait as long as it likes. */
  retry(): void {
    this.sign();
    this.isRetrying = true;
  }

  /** Another execution begins inside it. */
  enter(): void {
    this.inside += 1;
    this.sign();
  }

  /**
   * One inside it ends.
   *
   * @param idleSince of one that ends as idle: its last sign of life is the last that this one has had from it
   */
  leave(idleSince: number | undefined): void {
    this.inside -= 1;
    if (idleSince === undefined) return this.sign();
    this.lastSign = Math.max(this.lastSign, idleSince);
    this.stopWaiting();
    // Not at once: what is inside is counted first.
    this.stopWaiting = this.clock.after(0, () => this.look());
  }

  stop(): void {
    this.stopWaiting();
  }

  private look(): void {
    const isAlive = this.inside > 0 || this.isRetrying || this.execution.isPaused;
    const idleMs = isAlive ? 0 : this.clock.now() - this.lastSign;
    if (idleMs >= this.idleMs) this.end();
    else this.stopWaiting = this.clock.after(this.idleMs - idleMs, () => this.look());
  }

  private end(): void {
    this.endedAt = this.lastSign;
    this.execution.idleSince(this.lastSign);
  }
}

keepShapes(new IdleEnd({} as Idler, { now: () => NaN, after: () => () => {} } as Partial<Clock> as Clock, 0));
