import { Subscriber } from 'rxjs';
import { runInContext, runInside } from '../execution/async-context';
import type { LiveExecution } from '../execution/live-execution';
import type { ExecutionTimeoutError } from '../limits/execution-timeout.error';

/** Stands between a source, which runs in the execution's context, and its consumer, which runs in its own. */
export class TrackedSubscriber extends Subscriber<unknown> {
  constructor(
    consumer: Subscriber<unknown>,
    protected readonly execution: LiveExecution,
    private readonly outer: LiveExecution | undefined,
  ) {
    super(consumer);
    execution.onExpire((error) => this.expire(error));
  }

  protected override _next(value: unknown): void {
    this.execution.chunk(value);
    // The option `firstChunk` is the user's, and may have unsubscribed.
    if (!this.closed) this.deliver(() => super._next(value));
  }

  protected override _error(error: unknown): void {
    this.execution.failed(error);
    this.deliver(() => super._error(error));
  }

  protected override _complete(): void {
    this.execution.succeeded();
    this.deliver(() => super._complete());
  }

  override unsubscribe(): void {
    if (this.closed) return;
    runInside(this.execution, () => super.unsubscribe());
    this.stopped();
  }

  /** Also called after the end, when it changes nothing. */
  protected stopped(): void {
    this.execution.consumerStopped();
  }

  /** The source is told after the consumer, which must not wait for it. */
  private expire(error: ExecutionTimeoutError): void {
    this.deliver(() => this.destination.error(error));
    this.unsubscribe();
  }

  protected deliver(send: () => void): void {
    runInContext(this.outer, send);
  }
}
