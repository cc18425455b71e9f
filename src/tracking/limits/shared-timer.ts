import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../../collection/clock';
import type { FaultLog } from '../fault-log';
import { Due, DueHeap } from './due-heap';

/** Timers above this fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What all that share a timer need. */
export interface SharedTimerPorts {
  readonly clock: Clock;
  readonly faults: Pick<FaultLog, 'guard'>;
}

/** What waits for a shared timer. */
export abstract class TimerWaiter extends Due {
  /** Its time has come. It may wait again, a millisecond or longer. */
  abstract fire(now: number): void;
}

/**
 * One timer for all waiters: to set and clear a timer for each would take longer than the rest of a limit. It is set for the
 * waiter that is due next, and stays set when that one is released: the next call is nearly always due later.
 */
export class SharedTimer {
  private readonly waiting = new DueHeap<TimerWaiter>();
  private setFor = NaN;
  private setBy: unknown;
  private cancel: (() => void) | undefined;
  /** A timer keeps the async context in which it is set: one call's context must not reach another's listeners. */
  private readonly outside = new AsyncResource('nestjs-agent-metrics');

  constructor(private readonly ports: SharedTimerPorts) {}

  /** Calls back once after so many milliseconds. A waiter that waits already has the new time instead. */
  wait(waiter: TimerWaiter, delayMs: number, now: number): void {
    this.waiting.remove(waiter);
    this.waiting.add(waiter, now + delayMs);
    if (!this.isSetFor(waiter.dueAt, now)) this.set(now);
  }

  release(waiter: TimerWaiter): void {
    this.waiting.remove(waiter);
  }

  /** Fires no more. */
  close(): void {
    this.cancel?.();
    this.setFor = NaN;
  }

  /**
   * Whether the timer fires in time for what is due then. A timer that is overdue may never fire. Nor may one that was set
   * before a test installed or removed fake timers.
   */
  private isSetFor(dueAt: number, now: number): boolean {
    return now <= this.setFor && this.setFor <= dueAt && this.setBy === setTimeout;
  }

  private set(now: number): void {
    this.cancel?.();
    const delayMs = Math.min(Math.max(0, this.waiting.next!.dueAt - now), MAX_TIMER_MS);
    this.setFor = now + delayMs;
    this.setBy = setTimeout;
    this.cancel = this.outside.runInAsyncScope(() => this.ports.clock.after(delayMs, () => this.fired()));
  }

  private fired(): void {
    const { clock, faults } = this.ports;
    // It may fire a fraction too early.
    const now = Math.max(clock.now(), this.setFor);
    this.setFor = NaN;
    for (let { next } = this.waiting; next !== undefined && next.dueAt <= now; { next } = this.waiting) {
      const waiter = next;
      this.waiting.remove(waiter);
      faults.guard('limit', () => waiter.fire(now));
    }
    const { next } = this.waiting;
    if (next !== undefined && !this.isSetFor(next.dueAt, now)) this.set(clock.now());
  }
}
