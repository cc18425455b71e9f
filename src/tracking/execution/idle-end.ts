import type { Clock } from '../../collection/clock';

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

  /** Another execution begins inside it, or ends. */
  enter(change: 1 | -1): void {
    this.inside += change;
    this.sign();
  }

  stop(): void {
    this.stopWaiting();
  }

  private look(): void {
    const isAlive = this.inside > 0 || this.isRetrying || this.execution.isPaused;
    const idleMs = isAlive ? 0 : this.clock.now() - this.lastSign;
    if (idleMs >= this.idleMs) this.execution.idleSince(this.lastSign);
    else this.stopWaiting = this.clock.after(this.idleMs - idleMs, () => this.look());
  }
}
