import { isStream } from './follow-result';
import { consumerStopped } from './result-follower';
import { TrackedSubscriber } from './tracked.subscriber';

/**
 * What an interceptor sees of a handler: the one value that it answers with, the values of an Observable, or a stream
 * in place of a value. The execution ends with whatever lasts longest.
 */
export class HandlerSubscriber extends TrackedSubscriber {
  private streaming = false;
  private firstValueAt: number | undefined;

  protected override _next(value: unknown): void {
    if (isStream(value)) {
      this.streaming = true;
      const followed = this.execution.tracking.follow(this.execution, value, 'awaited');
      return this.deliver(() => this.destination.next(followed));
    }
    this.countValue();
    this.deliver(() => this.destination.next(value));
  }

  protected override _complete(): void {
    if (!this.streaming) this.execution.succeeded();
    this.deliver(() => this.destination.complete());
  }

  /** A handler that answers with a stream is done with it long before the client has read it. */
  protected override stopped(): void {
    if (!this.streaming) this.execution.cancelled(consumerStopped());
  }

  /** A single value is an answer; only a second one makes chunks of both. */
  private countValue(): void {
    if (this.firstValueAt === undefined) {
      this.firstValueAt = this.execution.tracking.now();
      return;
    }
    if (this.execution.chunks === 0) this.execution.chunk(this.firstValueAt);
    this.execution.chunk();
  }
}
