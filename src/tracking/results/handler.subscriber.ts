import type { Subscriber } from 'rxjs';
import type { LiveExecution } from '../execution/live-execution';
import { follow, isStream } from './follow-result';
import { TrackedSubscriber } from './tracked.subscriber';
import { Use } from './use';

/**
 * What an interceptor sees of a handler: the one value that it answers with, the values of an Observable, or a stream
 * in place of a value. The execution ends with whatever lasts longest.
 */
export class HandlerSubscriber extends TrackedSubscriber {
  private streaming = false;
  private first: { readonly value: unknown; readonly at: number } | undefined;

  constructor(
    consumer: Subscriber<unknown>,
    private readonly execution: LiveExecution,
    outer: LiveExecution | undefined,
  ) {
    super(consumer, new Use([execution]), outer);
  }

  protected override _next(value: unknown): void {
    if (isStream(value) || this.execution.spec.until !== undefined) {
      this.streaming = true;
      const followed = follow(this.execution, value, 'awaited');
      return this.deliver(() => this.destination.next(followed));
    }
    this.countValue(value);
    this.deliver(() => this.destination.next(value));
  }

  protected override _complete(): void {
    this.completed();
    this.deliver(() => this.destination.complete());
  }

  /** A handler that answers with a stream is done with it long before the client has read it. */
  protected override stopped(): void {
    if (!this.streaming) super.stopped();
  }

  /** A single value is the answer. */
  protected override taken(): void {
    if (this.first === undefined) super.taken();
    else this.completed();
  }

  protected override completed(): void {
    if (this.streaming) return;
    if (this.first === undefined) this.execution.succeeded();
    else this.execution.returned(this.first.value);
  }

  /** A single value is an answer; only a second one makes chunks of both. */
  private countValue(value: unknown): void {
    const { execution, first } = this;
    if (first !== undefined) {
      execution.chunk(first.value, first.at);
      this.first = undefined;
    } else if (execution.chunks === 0) {
      this.first = { value, at: execution.host.store.clock.now() };
      return;
    }
    execution.chunk(value);
  }
}
