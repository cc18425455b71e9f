import { Subscriber } from 'rxjs';
import { runInContext } from '../execution/async-context';
import type { LiveExecution } from '../execution/live-execution';
import type { Use } from './use';

/** Stands between a source, which runs in the execution's context, and its consumer, which runs in its own. */
export class TrackedSubscriber extends Subscriber<unknown> {
  /** How many values are on their way to the consumer. */
  private delivering = 0;

  constructor(
    consumer: Subscriber<unknown>,
    protected readonly use: Use,
    private readonly outer: LiveExecution | undefined,
  ) {
    super(consumer);
    use.onStop((error) => this.stop(error));
  }

  /** A consumer that has left is told nothing more, but what the source does in the same turn says what it was. */
  override next(value?: unknown): void {
    if (this.closed) this.stopped();
    super.next(value);
  }

  override complete(): void {
    if (this.closed) this.completed();
    super.complete();
  }

  protected override _next(value: unknown): void {
    this.use.chunk(value);
    // The option `firstChunk` is the user's, and may have unsubscribed.
    if (!this.closed) this.deliver(() => super._next(value));
  }

  protected override _error(error: unknown): void {
    this.use.failed(error);
    this.deliver(() => super._error(error));
  }

  protected override _complete(): void {
    this.completed();
    this.deliver(() => super._complete());
  }

  override unsubscribe(): void {
    if (this.closed) return;
    const isTaking = this.delivering > 0;
    this.use.run(() => super.unsubscribe());
    if (isTaking) this.taken();
    else this.stopped();
  }

  protected completed(): void {
    this.use.succeeded();
  }

  /** Also called after the end, when it changes nothing. */
  protected stopped(): void {
    this.use.consumerStopped();
  }

  /** The consumer left as it got a value: it has all that it wants. So it has had everything, if the source ends with it. */
  protected taken(): void {
    this.use.consumerLeft();
    queueMicrotask(() => this.stopped());
  }

  /** The source is told after the consumer, which must not wait for it. */
  private stop(error: Error): void {
    this.deliver(() => this.destination.error(error));
    this.unsubscribe();
  }

  protected deliver(send: () => void): void {
    this.delivering += 1;
    try {
      runInContext(this.outer, send);
    } finally {
      this.delivering -= 1;
    }
  }
}
